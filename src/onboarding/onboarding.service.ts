/** Events -> responses and clients. Runs inside the transaction that claims and marks the events. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Submission, toSubmission } from '../core/answers';
import type { EventOutcome } from '../core/event-outcome';
import { supersedes } from '../core/response-precedence';
import { parseTypeformEvent } from '../core/typeform-event';
import { Clock } from '../database/clock';
import { ClientAssigner } from './who-is-it/client-assigner';
import { FormPlans } from './forms/form-plans';
import { type FormState, FormsRepository } from './forms/forms.repository';
import type { IncomingEvent } from './incoming-event';
import { NeighbourhoodRepository } from './who-is-it/neighbourhood.repository';
import { keysOf, standsAlone } from './who-is-it/response-keys';
import { ResponsesRepository } from './responses.repository';
import { type NewVersion, responseKey } from './stored-response';

const KNOWN_EVENT_TYPES = new Set(['form_response', 'form_response_partial']);

/** An event whose body was read. */
interface Work {
  event: IncomingEvent;
  submission: Submission;
}

@Injectable()
export class OnboardingService {
  constructor(
    private readonly forms: FormsRepository,
    private readonly plans: FormPlans,
    private readonly neighbourhood: NeighbourhoodRepository,
    private readonly responses: ResponsesRepository,
    private readonly assigner: ClientAssigner,
    private readonly clock: Clock,
  ) {}

  /**
   * Applies the events of a batch in the caller's transaction and says what became of each. Applying an event twice, or events in
   * any order and division, ends in the same records. Throws when one of them cannot be applied; the transaction must then be
   * rolled back. With `wait: false` it throws a `ClientsHeldError` instead of waiting for clients that somebody else holds.
   */
  async applyBatch(
    manager: EntityManager,
    events: readonly IncomingEvent[],
    { wait = true }: { wait?: boolean } = {},
  ): Promise<EventOutcome[]> {
    const work = events.flatMap((event) => (KNOWN_EVENT_TYPES.has(event.eventType) ? [read(event)] : []));
    const now = this.clock.now();
    const forms = await this.forms.open(
      manager,
      work.map(({ submission }) => submission),
      now,
    );
    const active = work.flatMap((item) => {
      const form = forms.get(item.submission.formId);
      return form?.status === 'active' ? [this.version(item, form)] : [];
    });
    const { superseded, added } = await this.store(manager, active, now, wait);
    const news = work.filter(({ submission }) => forms.get(submission.formId)?.learns);
    await this.forms.learn(
      manager,
      news.map(({ submission }) => submission),
      [...added.keys()],
      now,
    );
    await this.forms.count(manager, added, now);
    const truncated = new Set(work.flatMap(({ event, submission }) => (submission.truncated ? [event.eventId] : [])));
    const used = new Set(active.map(({ eventId }) => eventId));
    return events.map(({ eventId, eventType }) => {
      if (!KNOWN_EVENT_TYPES.has(eventType)) return { eventId, status: 'ignored', reason: 'unknown_event_type' };
      if (!used.has(eventId)) return { eventId, status: 'ignored', reason: 'form_paused' };
      if (superseded.has(eventId)) return { eventId, status: 'processed', reason: 'superseded' };
      return { eventId, status: 'processed', reason: truncated.has(eventId) ? 'truncated' : null };
    });
  }

  private version({ event, submission }: Work, form: FormState): NewVersion {
    const identifiers = submission.unreadable ? {} : this.plans.identify(form, submission);
    const completed = submission.responseType === 'completed';
    return {
      formId: submission.formId,
      token: submission.token,
      eventId: event.eventId,
      completed,
      effectiveAt: submission.submittedAt ?? submission.landedAt ?? event.receivedAt,
      receivedAt: event.receivedAt,
      identifiers,
      keys: keysOf(identifiers, submission.isTest),
      standsAlone: standsAlone(identifiers, completed, submission.isTest),
      submission,
    };
  }

  /** Stores what is newer than what is stored. Returns the ids of the events that are older, and the times of new responses by form. */
  private async store(
    manager: EntityManager,
    versions: readonly NewVersion[],
    now: Date,
    wait: boolean,
  ): Promise<{ superseded: Set<string>; added: Map<string, Date[]> }> {
    const superseded = new Set<string>();
    if (versions.length === 0) return { superseded, added: new Map() };
    await this.neighbourhood.lockResponses(manager, versions);
    const stored = await this.responses.places(manager, versions);
    const places = new Map(stored.map((place) => [responseKey(place), place]));
    const latest = new Map<string, NewVersion>();
    for (const version of versions) {
      const key = responseKey(version);
      const before = latest.get(key) ?? places.get(key);
      if (before && !supersedes(version, before)) superseded.add(version.eventId);
      else latest.set(key, version);
    }
    await this.assigner.store(manager, [...latest.values()], places, now, wait);
    return { superseded, added: firstTimes(latest, places) };
  }
}

/** Throws `invalid_event` for a body that is no event. */
function read(event: IncomingEvent): Work {
  return { event, submission: toSubmission(parseTypeformEvent(event.payload)) };
}

/** The times of the responses that were not stored before, by form. */
function firstTimes(
  latest: ReadonlyMap<string, NewVersion>,
  places: ReadonlyMap<string, unknown>,
): Map<string, Date[]> {
  const times = new Map<string, Date[]>();
  for (const [key, { formId, effectiveAt }] of latest) {
    if (places.has(key)) continue;
    times.set(formId, [...(times.get(formId) ?? []), effectiveAt]);
  }
  return times;
}
