/** Finds everything held of a person, whoever it is filed under. */
import { Injectable } from '@nestjs/common';
import { bodyNames, recordNames, textNames, type WantedPerson } from '../core/person-traces';
import { personPatterns } from '../core/search-patterns';
import { DomainError } from '../core/problem';
import type { ResponseId } from '../onboarding/stored-response';
import { DataSubjectsRepository, EventBody, FoundEvent, PersonConditions } from './data-subjects.repository';

export interface FoundResponse extends ResponseId {
  clientId: string | null;
}

/** What is held of a person. Events: those of the responses, and those whose bodies name the person with all others of their responses. */
export interface FoundSubject {
  clientIds: string[];
  responses: FoundResponse[];
  events: FoundEvent[];
}

/** Whoever has more than this is no person. */
const MAX_FOUND = 10_000;
/** In the direction in which an event that is replayed meanwhile goes; those that are processed meanwhile are found as responses. */
const UNPROCESSED = ['quarantined', 'ignored', 'dead', 'retrying', 'pending'] as const;
/** Nobody's, and nobody's to come unless an admin replays them. */
const SETTLED = ['quarantined', 'ignored', 'dead'] as const;

@Injectable()
export class DataSubjectSearch {
  /** One at a time: reading bodies takes processor time, which the intake needs. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly repository: DataSubjectsRepository) {}

  /** Throws `conflict` when far too much is found. */
  async find(person: WantedPerson): Promise<FoundSubject> {
    const named = await this.namedInBodies([person]);
    const conditions = toConditions(person);
    const clientIds: string[] = [];
    for await (const candidates of this.repository.clients(conditions)) {
      for (const { id, certain, text } of candidates) if (certain || textNames([person], text)) clientIds.push(id);
      requireFew(clientIds.length);
    }
    const responses: FoundResponse[] = [];
    for await (const candidates of this.repository.responses(conditions, clientIds)) {
      for (const { formId, token, clientId, certain, answers, rest } of candidates) {
        if (certain || recordNames([person], [answers.map(({ value }) => value), rest]))
          responses.push({ formId, token, clientId });
      }
      requireFew(responses.length);
    }
    // What an erasure of these events takes along is held of the person, too.
    const carried = await this.repository.carriedBy(named.map(({ eventId }) => eventId));
    const listed = new Set(responses.map(keyOf));
    for (const { stored, ...response } of carried) if (stored && !listed.has(keyOf(response))) responses.push(response);
    const events = new Map(
      [...(await this.repository.eventsOf([...responses, ...carried])), ...named].map((event) => [
        event.eventId,
        event,
      ]),
    );
    return { clientIds, responses, events: [...events.values()] };
  }

  /** Events whose bodies name one of these people although no record shows it: not processed, replaced, or not held entirely. */
  namedInBodies(people: readonly WantedPerson[]): Promise<FoundEvent[]> {
    return this.inTurn(people, () => this.bodies());
  }

  /**
   * Events that name one of these people and belong to nobody: settled without a response, or replaced by another version. What is
   * still to be processed may be somebody else's submission that mentions them, and so may a stored response.
   */
  strays(people: readonly WantedPerson[]): Promise<FoundEvent[]> {
    return this.inTurn(people, () => this.settledBodies());
  }

  private inTurn(people: readonly WantedPerson[], bodies: () => AsyncGenerator<EventBody[]>): Promise<FoundEvent[]> {
    const result = this.turn.then(() => this.readBodies(people, bodies()));
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async readBodies(
    people: readonly WantedPerson[],
    bodies: AsyncGenerator<EventBody[]>,
  ): Promise<FoundEvent[]> {
    const found: FoundEvent[] = [];
    for await (const events of bodies) {
      for (const { payload, ...event } of events) if (bodyNames(people, payload)) found.push(event);
      requireFew(found.length);
    }
    return found;
  }

  private async *bodies(): AsyncGenerator<EventBody[]> {
    for (const status of UNPROCESSED) yield* this.repository.withStatus(status);
    yield* this.repository.replaced();
    yield* this.repository.incomplete();
  }

  private async *settledBodies(): AsyncGenerator<EventBody[]> {
    for (const status of SETTLED) yield* this.repository.withStatus(status);
    yield* this.repository.replaced();
  }
}

function toConditions(person: WantedPerson): PersonConditions {
  return { email: person.email, phone: person.phone?.e164 ?? null, patterns: personPatterns(person) };
}

function keyOf({ formId, token }: ResponseId): string {
  return `${formId}\n${token}`;
}

function requireFew(found: number): void {
  if (found <= MAX_FOUND) return;
  throw new DomainError(
    'conflict',
    `more than ${MAX_FOUND} records match, so they are not one person's: ask for something more precise`,
  );
}
