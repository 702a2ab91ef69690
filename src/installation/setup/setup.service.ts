import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { problemOfPublicUrl } from '../../core/public-address';
import { isRealAccount } from '../../core/typeform-hosts';
import { Clock } from '../../database/clock';
import { type IntakeSeen, probeIntake } from '../../operations/preflight/public-url/intake-probe';
import { PublicUrl } from '../../rest/public-url';
import { type KeyExamination, TypeformKeyCheck } from '../../typeform/typeform-key-check';
import type { SetupView } from './setup.dto';
import { setupSteps } from './setup-steps';
import { SetupRepository } from './setup.repository';

/** Typeform is called at most once in this time, however many requests arrive: the call budget is small. */
const ASKED_AGAIN_MS = 30_000;
const PATIENCE_MS = 20_000;

interface Asked {
  key: KeyExamination;
  intake: IntakeSeen;
  at: Date;
}

/** Checks on request how far the installation is set up. */
@Injectable()
export class SetupService {
  private asked: { readonly sinceMs: number; readonly answer: Promise<Asked> } | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly keyCheck: TypeformKeyCheck,
    private readonly publicUrl: PublicUrl,
    private readonly repository: SetupRepository,
    private readonly clock: Clock,
  ) {}

  async get(): Promise<SetupView> {
    const [{ key, intake, at }, stored] = await Promise.all([this.ask(), this.repository.read()]);
    const { typeform, http } = this.config;
    const steps = setupSteps({
      isSandbox: typeform.apiKey === null,
      publicUrlProblem: isRealAccount(typeform) ? problemOfPublicUrl(http.publicUrl) : null,
      key,
      intake,
      stored,
    });
    return {
      complete: steps.every(({ status }) => status === 'done'),
      steps,
      webhookId: stored.webhook?.id ?? null,
      checkedAt: at,
    };
  }

  /** Shared by concurrent requests, and cached for a moment. */
  private ask(): Promise<Asked> {
    const now = this.clock.monotonicMs();
    if (this.asked === null || now - this.asked.sinceMs > ASKED_AGAIN_MS)
      this.asked = { sinceMs: now, answer: this.look() };
    return this.asked.answer;
  }

  private async look(): Promise<Asked> {
    const [key, intake] = await Promise.all([
      this.keyCheck.examine({ priority: 'interactive', signal: AbortSignal.timeout(PATIENCE_MS) }),
      probeIntake(this.publicUrl.value),
    ]);
    return { key, intake, at: this.clock.now() };
  }
}
