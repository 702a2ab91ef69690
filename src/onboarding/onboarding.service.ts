/** Events -> responses and clients. Runs inside the transaction that claims and marks the events. */
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { SqlRunner } from '../database/sql-runner';
import { type Submission, toSubmission } from '../core/answers';
import type { EventOutcome } from '../core/event-outcome';
import { supersedes } from '../core/response-precedence';
import { parseTypeformEvent } from '../core/typeform-event';
import { Clock } from '../database/clock';
import { ClientAssigner } from './who-is-it/client-assigner';
import { FormPlans, type FormSettings } from './forms/form-plans';
import { type FormGrowth, type FormState, FormsRepository } from './forms/forms.repository';
import type { IncomingEvent } from './incoming-event';
import { NeighbourhoodRepository } from './who-is-it/neighbourhood.repository';
import { keysOf, standsAlone } from './who-is-it/response-keys';
import { ResponsesRepository } from './responses.repository';
import { type NewVersion, responseKey, toTexts } from './stored-response';

const KNOWN_EVENT_TYPES = new Set(['form_response', 'form_response_partial']);

/** An event with everything about it that can be found out without a lock. */
export interface ReadEvent {
  eventId: string;
  eventType: string;
  receivedAt: Date;
  /** Null for an event type that is not known. */
  submission: Submission | null;
  /** What is stored if the form still has these settings. */
  version: { form: FormSettings; version: NewVersion } | null;
}

/** A known event. */
type Work = ReadEvent & { submission: Submission };

/** Forms whose settings are remembered from the last batch, to read events ahead. */
const MAX_REMEMBERED_FORMS = 1_000;

@Injectable()
export class OnboardingService {
  private readonly remembered = new LRUCache<string, FormSettings>({ max: MAX_REMEMBERED_FORMS });

  constructor(
    private readonly forms: FormsRepository,
    private readonly plans: FormPlans,
    private readonly neighbourhood: NeighbourhoodRepository,
    private readonly responses: ResponsesRepository,
    private readonly assigner: ClientAssigner,
    private readonly clock: Clock,
  ) {}

  /** Reads an event; pure but for the settings of its form, which are those of the last batch. Throws `invalid_event` for a body that is none. */
  read({ eventId, eventType, receivedAt, payload }: IncomingEvent): ReadEvent {
    if (!KNOWN_EVENT_TYPES.has(eventType)) return { eventId, eventType, receivedAt, submission: null, version: null };
    const submission = toSubmission(parseTypeformEvent(payload));
    const work = { eventId, eventType, receivedAt, submission, version: null };
    const form = this.remembered.get(submission.formId);
    return form ? { ...work, version: { form, version: this.version(work, form) } } : work;
  }

  /**
   * Applies the events of a batch in the caller's transaction and says what became of each. Applying an event twice, or events in
   * any order and division, ends in the same records. Throws when one of them cannot be applied, or the caller's next query or commit does;
   * the transaction must then be rolled back. With `wait: false` it throws a `ClientsHeldError` instead of waiting for clients that somebody else holds.
   */
  async applyBatch(
    sql: SqlRunner,
    events: readonly ReadEvent[],
    { wait = true }: { wait?: boolean } = {},
  ): Promise<EventOutcome[]> {
    const work = events.filter((event): event is Work => event.submission !== null);
    const now = this.clock.now();
    const forms = await this.forms.open(
      sql,
      work.map(({ submission }) => submission),
      now,
    );
    const active = work.flatMap((item) => {
      const form = forms.get(item.submission.formId);
      return form?.status === 'active' ? [this.current(item, this.remember(form))] : [];
    });
    const { superseded, expired, growth } = await this.store(sql, active, forms, now, wait);
    const news = work.filter(({ submission }) => forms.get(submission.formId)?.learns);
    await this.forms.learn(
      sql,
      news.map(({ submission }) => submission),
      [...growth.keys()],
      now,
    );
    await this.forms.count(sql, growth, now);
    const truncated = new Set(work.flatMap(({ eventId, submission }) => (submission.truncated ? [eventId] : [])));
    const used = new Set(active.map(({ eventId }) => eventId));
    return events.map(({ eventId, submission }) => {
      if (submission === null) return { eventId, status: 'ignored', reason: 'unknown_event_type' };
      if (!used.has(eventId)) return { eventId, status: 'ignored', reason: 'form_paused' };
      if (expired.has(eventId)) return { eventId, status: 'ignored', reason: 'expired' };
      if (superseded.has(eventId)) return { eventId, status: 'processed', reason: 'superseded' };
      return { eventId, status: 'processed', reason: truncated.has(eventId) ? 'truncated' : null };
    });
  }

  /** The settings of a form; the remembered object as long as they are the same. */
  private remember({ formId, definition, identifierMapping, phoneCountry }: FormState): FormSettings {
    const settings = { definition, identifierMapping, phoneCountry };
    const known = this.remembered.get(formId);
    if (known && isDeepStrictEqual(known, settings)) return known;
    this.remembered.set(formId, settings);
    return settings;
  }

  /** What was read ahead, unless the form has changed since. */
  private current(work: Work, form: FormSettings): NewVersion {
    return work.version?.form === form ? work.version.version : this.version(work, form);
  }

  private version({ eventId, receivedAt, submission }: Work, form: FormSettings): NewVersion {
    const identifiers = submission.unreadable ? {} : this.plans.identify(form, submission);
    const completed = submission.responseType === 'completed';
    return {
      formId: submission.formId,
      token: submission.token,
      eventId,
      completed,
      effectiveAt: submission.submittedAt ?? submission.landedAt ?? receivedAt,
      receivedAt,
      identifiers,
      keys: keysOf(identifiers, submission.isTest),
      standsAlone: standsAlone(identifiers, completed, submission.isTest),
      submission,
      texts: toTexts(submission, identifiers),
    };
  }

  /**
   * Stores what is newer than what is stored, unless retention has removed it. Returns the ids of the events that are older than others,
   * those of the events that have expired, and how each form grew.
   */
  private async store(
    sql: SqlRunner,
    all: readonly NewVersion[],
    forms: ReadonlyMap<string, FormState>,
    now: Date,
    wait: boolean,
  ): Promise<{ superseded: Set<string>; expired: Set<string>; growth: Map<string, FormGrowth> }> {
    const superseded = new Set<string>();
    const expired = new Set<string>();
    if (all.length === 0) return { superseded, expired, growth: new Map() };
    await this.neighbourhood.lockResponses(sql, all);
    const stored = await this.responses.places(sql, all);
    const places = new Map(stored.map((place) => [responseKey(place), place]));
    const versions = all.filter((version) => {
      const edge = forms.get(version.formId)?.expiredBefore ?? null;
      if (edge === null || version.effectiveAt >= edge || places.has(responseKey(version))) return true;
      expired.add(version.eventId);
      return false;
    });
    const latest = new Map<string, NewVersion>();
    for (const version of versions) {
      const key = responseKey(version);
      const inBatch = latest.get(key);
      const before = inBatch ?? places.get(key);
      if (before && !supersedes(version, before)) superseded.add(version.eventId);
      else {
        if (inBatch && inBatch.eventId !== version.eventId) superseded.add(inBatch.eventId);
        latest.set(key, version);
      }
    }
    await this.assigner.store(sql, [...latest.values()], places, now, wait);
    return { superseded, expired, growth: growthOf(versions, places) };
  }
}

/** By form: the responses that were not stored before, and the newest version, whether it counts or not: no division into batches changes it. */
function growthOf(versions: readonly NewVersion[], places: ReadonlyMap<string, unknown>): Map<string, FormGrowth> {
  const growth = new Map<string, FormGrowth>();
  const counted = new Set(places.keys());
  for (const version of versions) {
    const key = responseKey(version);
    const { responses, newestAt } = growth.get(version.formId) ?? { responses: 0, newestAt: version.effectiveAt };
    growth.set(version.formId, {
      responses: responses + Number(!counted.has(key)),
      newestAt: newestAt > version.effectiveAt ? newestAt : version.effectiveAt,
    });
    counted.add(key);
  }
  return growth;
}
