/** Events -> responses and clients. Runs inside the transaction that claims and marks the events. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Submission, toSubmission } from '../core/answers';
import { parseTypeformEvent } from '../core/typeform-event';
import { Clock } from '../database/clock';
import { ClientResolver } from './client-resolver';
import { FormPlans } from './form-plans';
import { FormState, FormsRepository } from './forms.repository';
import { ResponsesRepository } from './responses.repository';

/** An event as the inbox hands it over. */
export interface IncomingEvent {
  eventId: string;
  eventType: string;
  formId: string;
  receivedAt: Date;
  payload: Buffer;
}

/** What became of an event. */
export interface AppliedEvent {
  eventId: string;
  status: 'processed' | 'ignored';
  reason: 'unknown_event_type' | 'form_paused' | 'superseded' | null;
}

const KNOWN_EVENT_TYPES = new Set(['form_response', 'form_response_partial']);

interface Work {
  event: IncomingEvent;
  submission: Submission;
}

@Injectable()
export class OnboardingService {
  constructor(
    private readonly forms: FormsRepository,
    private readonly plans: FormPlans,
    private readonly responses: ResponsesRepository,
    private readonly clients: ClientResolver,
    private readonly clock: Clock,
  ) {}

  /**
   * Applies the events of a batch in the caller's transaction and says what became of each. Applying an event twice, or events in
   * any order, ends in the same records. Throws when one of them cannot be applied; the transaction must then be rolled back.
   */
  async applyBatch(manager: EntityManager, events: readonly IncomingEvent[]): Promise<AppliedEvent[]> {
    const results = new Map<string, AppliedEvent>();
    const work: Work[] = [];
    for (const event of events) {
      if (KNOWN_EVENT_TYPES.has(event.eventType))
        work.push({ event, submission: toSubmission(parseTypeformEvent(event.payload)) });
      else results.set(event.eventId, { eventId: event.eventId, status: 'ignored', reason: 'unknown_event_type' });
    }
    const forms = await this.forms.open(
      manager,
      work.map(({ submission }) => submission),
      this.clock.now(),
    );
    const recorded = new Map<string, Date[]>();
    for (const { event, submission } of work) {
      const form = forms.get(submission.formId);
      if (!form) throw new Error('a form that was just opened is missing');
      const result = await this.apply(manager, event, submission, form);
      results.set(event.eventId, { eventId: event.eventId, ...result });
      if (result.newResponseAt) recorded.set(form.formId, [...(recorded.get(form.formId) ?? []), result.newResponseAt]);
    }
    await this.forms.count(manager, recorded, this.clock.now());
    return events.flatMap(({ eventId }) => results.get(eventId) ?? []);
  }

  private async apply(
    manager: EntityManager,
    event: IncomingEvent,
    submission: Submission,
    form: FormState,
  ): Promise<Omit<AppliedEvent, 'eventId'> & { newResponseAt?: Date }> {
    if (form.status === 'paused') return { status: 'ignored', reason: 'form_paused' };
    const now = this.clock.now();
    const identifiers = this.plans.identify(form, submission);
    const saved = await this.responses.save(manager, event, submission, identifiers, now);
    if (!saved) return { status: 'processed', reason: 'superseded' };
    await this.clients.assign(
      manager,
      { ...saved, completed: submission.responseType === 'completed', identifiers },
      now,
    );
    return { status: 'processed', reason: null, ...(saved.isNew ? { newResponseAt: saved.effectiveAt } : {}) };
  }
}
