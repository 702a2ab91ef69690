import { formNotFound, notFound } from '../api/api-error';
import type { DeliveryEngine } from '../delivery/delivery-engine';
import { inventSubmission } from '../generator/submissions';
import type { Submission } from '../model';
import type { Store } from '../store';
import { type SimulatedClock, toIsoSeconds } from '../time/simulated-clock';
import { SubmissionInput } from './control-inputs';

interface RespondentsParts {
  store: Store;
  engine: DeliveryEngine;
  clock: SimulatedClock;
  seed: string;
}

export interface SubmittedView {
  token: string;
  submittedAt: string;
  deliveryIds: number[];
}

/** The people who fill in the forms. */
export class Respondents {
  private submissions = 0;

  constructor(private readonly parts: RespondentsParts) {}

  /**
   * Lets respondents (or the test button) submit a form; the webhooks of the form fire immediately.
   * @throws ApiError 404 for an unknown form, or a token that has no earlier response
   */
  submit(formId: string, input: SubmissionInput = {}): SubmittedView[] {
    const { store, engine, clock } = this.parts;
    const form = store.form(formId);
    if (!form) throw formNotFound(formId);
    const wanted = SubmissionInput.parse(input);
    const earlier = wanted.token === undefined ? undefined : store.response(formId, wanted.token)?.submission;
    if (wanted.token !== undefined && !earlier) throw notFound(`Response "${wanted.token}"`);
    const submittedAtMs = wanted.at === undefined ? clock.nowMs() : Date.parse(wanted.at);
    return Array.from({ length: wanted.count }, (_, index) => {
      const invented = inventSubmission({
        form,
        seed: earlier?.seed ?? this.nextSeed(wanted.seed, index),
        type: wanted.partial ? 'partial' : wanted.started ? 'started' : 'completed',
        isTest: wanted.test,
        submittedAtMs,
        answerAll: wanted.answerAll,
      });
      const submission: Submission = earlier ? { ...invented, landedAtMs: earlier.landedAtMs } : invented;
      if (!submission.isTest) store.saveResponse(submission);
      const deliveries = wanted.deliver ? engine.dispatch(submission, wanted.tag) : [];
      return {
        token: submission.token,
        submittedAt: toIsoSeconds(submission.submittedAtMs),
        deliveryIds: deliveries.map(({ id }) => id),
      };
    });
  }

  /** Starts again with the first of the reproducible people. */
  reset(): void {
    this.submissions = 0;
  }

  private nextSeed(wanted: string | undefined, index: number): string {
    if (wanted !== undefined) return `${wanted}/${index}`;
    this.submissions += 1;
    return `${this.parts.seed}#${this.submissions}`;
  }
}
