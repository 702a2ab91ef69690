import { z } from 'zod';
import { type ApiCall, type CallLog, mostInWindow } from '../api/call-log';
import type { RateLimiter } from '../api/rate-limiter';
import type { DeliveryEngine } from '../delivery/delivery-engine';
import type { DeliveryLog, DeliveryState } from '../delivery/delivery-log';
import type { Fault, Faults } from '../faults';
import { formFrom } from '../forms/form-definition';
import { buildForm, initialForms } from '../forms/form-templates';
import type { Form, Webhook } from '../model';
import type { Random } from '../random';
import type { SandboxSettings } from '../settings';
import type { Store } from '../store';
import type { Scheduler } from '../time/scheduler';
import type { SimulatedClock } from '../time/simulated-clock';
import {
  ClockInput,
  DeliveryFilter,
  FaultInput,
  FormInput,
  SettingsInput,
  type SubmissionInput,
} from './control-inputs';
import { type DeliveryView, deliveryView } from './delivery-view';
import { Respondents, type SubmittedView } from './respondents';

export interface ControlParts {
  store: Store;
  log: DeliveryLog;
  calls: CallLog;
  faults: Faults;
  limiter: RateLimiter;
  settings: SandboxSettings;
  initialSettings: Readonly<SandboxSettings>;
  engine: DeliveryEngine;
  scheduler: Scheduler;
  clock: SimulatedClock;
  ids: Random;
  seed: string;
  responsesBaseUrl?: string;
}

export interface Stats {
  clock: { now: string; speed: number };
  /** `maxPerSecond`: the most API calls that arrived within any window of one real second. */
  api: { total: number; maxPerSecond: number; byStatus: Record<string, number>; calls: ApiCall[] };
  deliveries: Record<DeliveryState, number>;
}

/** What tests and developers do to the sandbox; the control routes are these methods over HTTP. Input is validated here. */
export class SandboxControl {
  private readonly respondents: Respondents;

  constructor(private readonly parts: ControlParts) {
    this.respondents = new Respondents(parts);
    this.openAccount();
  }

  /** Adds a synthetic form, or one from a definition of the Create API. */
  createForm(input: FormInput = {}): Form {
    const { store, clock, ids, seed: sandboxSeed, responsesBaseUrl } = this.parts;
    const { template, language, definition, seed = ids.hex(8), ...rest } = FormInput.parse(input);
    const nowMs = clock.nowMs();
    const built = definition
      ? formFrom(definition, { id: ids.alphanumeric(8), nowMs }, ids)
      : buildForm(template, language, `${sandboxSeed}/${seed}`, nowMs);
    const form = { ...built, responsesBaseUrl: rest.responsesBaseUrl ?? responsesBaseUrl };
    store.saveForm(form);
    return form;
  }

  /** Lets respondents (or the test button) submit a form; its webhooks fire immediately. See `Respondents.submit`. */
  submit(formId: string, input: SubmissionInput = {}): SubmittedView[] {
    return this.respondents.submit(formId, input);
  }

  /** The newest deliveries that match, oldest of them first. */
  deliveries(filter: DeliveryFilter = {}): DeliveryView[] {
    const { formId, tag, token, state, limit } = DeliveryFilter.parse(filter);
    return this.parts.log
      .all()
      .filter((delivery) => formId === undefined || delivery.formId === formId)
      .filter((delivery) => tag === undefined || delivery.tag === tag)
      .filter((delivery) => token === undefined || delivery.submission.token === token)
      .filter((delivery) => state === undefined || delivery.state === state)
      .slice(-limit)
      .map(deliveryView);
  }

  forms(): Form[] {
    return this.parts.store.forms();
  }

  /** Every webhook of the account, including secrets: Typeform itself never shows them, but tests need them. */
  webhooks(formId?: string): Webhook[] {
    const ids = formId === undefined ? this.forms().map(({ id }) => id) : [formId];
    return ids.flatMap((id) => this.parts.store.webhooks(id));
  }

  addFault(input: FaultInput): Fault {
    const fault = FaultInput.parse(input);
    this.parts.faults.add(fault);
    return { ...fault };
  }

  faults(): readonly Fault[] {
    return this.parts.faults.list();
  }

  clearFaults(): void {
    this.parts.faults.clear();
  }

  /**
   * Sets the speed, then moves the clock forward. Resolves when every attempt that fell due has been made;
   * `advanceSeconds: 0` therefore waits for what is due now.
   */
  async setClock(input: ClockInput): Promise<Stats['clock']> {
    const { advanceSeconds, speed } = ClockInput.parse(input);
    if (speed !== undefined) {
      this.parts.clock.setSpeed(speed);
      this.parts.scheduler.pump();
    }
    if (advanceSeconds !== undefined) await this.parts.scheduler.advance(advanceSeconds * 1000);
    return this.clock();
  }

  configure(input: Partial<SandboxSettings>): SandboxSettings {
    Object.assign(this.parts.settings, SettingsInput.parse(input));
    return { ...this.parts.settings };
  }

  stats(): Stats {
    const calls = this.parts.calls.all();
    const deliveries: Stats['deliveries'] = { pending: 0, delivered: 0, failed: 0, cancelled: 0 };
    for (const { state } of this.parts.log.all()) deliveries[state] += 1;
    const byStatus: Record<string, number> = {};
    for (const { status } of calls) byStatus[status] = (byStatus[status] ?? 0) + 1;
    return {
      clock: this.clock(),
      api: { total: calls.length, maxPerSecond: mostInWindow(calls), byStatus, calls },
      deliveries,
    };
  }

  /** The account as it was at start: same forms, no webhooks, no responses, no faults. The clock continues. */
  reset(): void {
    const { store, engine, scheduler, faults, calls, limiter, settings, initialSettings } = this.parts;
    scheduler.clear();
    engine.reset();
    store.clear();
    faults.clear();
    calls.clear();
    limiter.reset();
    Object.assign(settings, initialSettings);
    this.respondents.reset();
    this.parts.ids.restart();
    this.openAccount();
  }

  private openAccount(): void {
    const { store, seed, clock, responsesBaseUrl } = this.parts;
    for (const form of initialForms(seed, clock.nowMs())) store.saveForm({ ...form, responsesBaseUrl });
  }

  private clock(): Stats['clock'] {
    return { now: new Date(this.parts.clock.nowMs()).toISOString(), speed: this.parts.clock.speed };
  }
}

/** True for what `parse` throws: bad input of a control call. */
export function isInvalidInput(error: unknown): error is z.ZodError {
  return error instanceof z.ZodError;
}
