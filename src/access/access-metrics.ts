import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { DomainError } from '../core/problem';
import { SIGN_IN_METHODS, type SignInMethod } from './principal';

const REFUSALS = 'onboarding_admin_refusals_total';
const SIGN_INS = 'onboarding_console_sign_ins_total';
const REFUSAL_CODES = ['unauthorized', 'forbidden', 'rate_limited'] as const;

export const ACCESS_METRIC_PROVIDERS = [
  makeCounterProvider({
    name: REFUSALS,
    help: 'Calls of the admin API without a valid key, without the role, or after too many failed keys',
    labelNames: ['code'],
  }),
  makeCounterProvider({ name: SIGN_INS, help: 'Sessions of the console that began', labelNames: ['via'] }),
];

/** What the guard of the admin API measures: attempts to guess keys show here. */
@Injectable()
export class AccessMetrics {
  constructor(
    @InjectMetric(REFUSALS) private readonly refusals: Counter<'code'>,
    @InjectMetric(SIGN_INS) private readonly signIns: Counter<'via'>,
  ) {
    // Every series is there from the start, so that a rate over the first refusal is not lost.
    for (const code of REFUSAL_CODES) this.refusals.inc({ code }, 0);
    for (const via of SIGN_IN_METHODS) this.signIns.inc({ via }, 0);
  }

  /** Counts a refused call; any other error (such as an unavailable database) is not a refusal. */
  refused(error: unknown): void {
    const code = REFUSAL_CODES.find((known) => error instanceof DomainError && error.code === known);
    if (code) this.refusals.inc({ code });
  }

  signedIn(via: SignInMethod): void {
    this.signIns.inc({ via });
  }
}
