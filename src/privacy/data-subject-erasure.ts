/** Erases a person, whoever the data is filed under: what is found, and what is named. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditChange, AuditLog, Author } from '../audit/audit-log';
import { type WantedPerson, wantedPerson } from '../core/person-traces';
import { DomainError, type ValidationIssue } from '../core/problem';
import { Clock } from '../database/clock';
import { retryOnContention } from '../database/processing-alone';
import type { ResponseId } from '../onboarding/stored-response';
import { DataSubjectSearch } from './data-subject-search';
import type { DataSubjectErasureBody, DataSubjectErasureResult, SubjectCounts } from './data-subjects.dto';
import { ErasureKeysRepository } from './erasure-keys.repository';
import { ErasedCounts, ErasureRepository, NOTHING_ERASED, sumOf } from './erasure.repository';
import { RemoteDeletion } from './remote-deletion';

/** What is to be erased. */
interface Plan {
  clientIds: string[];
  responses: ResponseId[];
  eventIds: string[];
}

/** One transaction erases no more, since the intake waits for it. Most people fit into one. */
const CHUNK = 100;
/** What arrives while a person is looked for is found the next time. Where it never ends, the answer says what is left. */
const MAX_PASSES = 5;
/** One entry a request. What came while it ran, and what is left of it, has entries of another name. */
const ERASED = { action: 'data_subject.erased', subject: '*' } as const;
const CONTINUED = { action: 'data_subject.erasure_continued', subject: '*' } as const;
const SEARCHED = { action: 'data_subject.searched', subject: '*' } as const;

@Injectable()
export class DataSubjectErasure {
  constructor(
    private readonly dataSource: DataSource,
    private readonly search: DataSubjectSearch,
    private readonly repository: ErasureRepository,
    private readonly keys: ErasureKeysRepository,
    private readonly remote: RemoteDeletion,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts, or erases until nothing more is found; where more of the person keeps arriving, it says what is left. Interrupted, it has
   * erased some, and its audit entry says how much it was about to; repeating the call does the rest. Throws `validation_failed` for what
   * can be nobody, and `conflict`.
   */
  async erase(body: DataSubjectErasureBody, by: Author): Promise<DataSubjectErasureResult> {
    const person = personIn(body);
    const { atTypeform = false, preview = false } = body;
    let plan = await this.plan(person, body);
    const { otherClients, ...planned } = await this.count(plan);
    const details = { by: partsOf(body) };
    if (preview) {
      await this.audit.recordRead({ ...by, ...SEARCHED, details });
      return { ...toResult(planned), preview, otherClients, left: null, atTypeform: null };
    }
    const responses: ResponseId[] = [];
    let counts = NOTHING_ERASED;
    for (let pass = 0; pass < MAX_PASSES && (pass === 0 || !isEmpty(plan)); pass += 1) {
      counts = sumOf(
        counts,
        await this.carryOut(plan, { ...details, atTypeform }, { ...by, ...(pass === 0 ? ERASED : CONTINUED) }),
      );
      responses.push(...(await this.tombstones(plan)));
      plan = person ? await this.plan(person, {}) : NO_PLAN;
    }
    const left = isEmpty(plan) ? null : toResult(await this.count(plan));
    if (left) await this.recordLeft({ ...details, atTypeform, left: { ...left } }, by);
    const remote = atTypeform ? await this.remote.request(responses) : null;
    return { ...toResult(counts), preview, otherClients, left, atTypeform: remote };
  }

  private count({ clientIds, responses, eventIds }: Plan): ReturnType<ErasureKeysRepository['count']> {
    return this.keys.count(clientIds, responses, eventIds);
  }

  private async plan(person: WantedPerson | null, body: DataSubjectErasureBody): Promise<Plan> {
    const found = person ? await this.search.find(person) : { clientIds: [], responses: [], events: [] };
    const responses = new Map([...found.responses, ...(body.responses ?? [])].map((id) => [keyOf(id), id]));
    const others = found.events.filter((event) => !responses.has(keyOf(event)));
    return {
      clientIds: [...new Set([...found.clientIds, ...(body.clientIds ?? [])])],
      responses: [...responses.values()],
      eventIds: [...new Set([...others.map(({ eventId }) => eventId), ...(body.eventIds ?? [])])],
    };
  }

  /** In chunks, one transaction each. The audit entry is in the first one, so that nothing is erased without it. */
  private async carryOut(plan: Plan, details: object, entry: Omit<AuditChange, 'details'>): Promise<ErasedCounts> {
    const { clientIds, responses, eventIds } = plan;
    const chunks = Math.max(1, ...[clientIds, responses, eventIds].map(({ length }) => Math.ceil(length / CHUNK)));
    const planned = chunks > 1 ? await this.count(plan) : null;
    let total = NOTHING_ERASED;
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      const part = <T>(ids: readonly T[]): T[] => ids.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
      const erased = await retryOnContention(chunk === 0 ? 'nothing was erased' : 'only a part was erased', () =>
        this.dataSource.transaction(async (manager) => {
          await this.repository.standAlone(manager);
          const now = this.clock.now();
          let counts = NOTHING_ERASED;
          for (const id of part(clientIds)) {
            counts = sumOf(counts, (await this.repository.eraseClient(manager, id, now)) ?? NOTHING_ERASED);
          }
          // Others of whom a mention was the only response are not the person.
          const { clients } = counts;
          let otherClients = planned?.otherClients.filter(({ remains }) => !remains).length;
          counts = sumOf(counts, await this.repository.eraseResponses(manager, part(responses), now));
          counts = sumOf(counts, await this.repository.eraseEvents(manager, part(eventIds), now));
          otherClients ??= counts.clients - clients;
          counts = { ...counts, clients };
          if (chunk === 0) {
            const { responses: gone, deliveries } = planned ?? counts;
            const numbers = { clients: planned?.clients ?? clients, otherClients, responses: gone, deliveries };
            await this.audit.record(manager, { ...entry, details: { ...details, ...numbers } });
          }
          return counts;
        }),
      );
      total = sumOf(total, erased);
    }
    return total;
  }

  /** That an erasure ended before it was complete. */
  private async recordLeft(details: object, by: Author): Promise<void> {
    const entry = { ...by, ...CONTINUED, details: { ...details, ...NOTHING_ERASED, otherClients: 0 } };
    await this.dataSource.transaction((manager) => this.audit.record(manager, entry));
  }

  private async tombstones({ clientIds, responses, eventIds }: Plan): Promise<ResponseId[]> {
    const { manager } = this.dataSource;
    const found = new Map<string, ResponseId>();
    for (const id of await this.repository.tombstonesOf(manager, responses, eventIds)) found.set(keyOf(id), id);
    for (const clientId of clientIds) {
      for (const id of await this.repository.tombstonesOfClient(manager, clientId)) found.set(keyOf(id), id);
    }
    return [...found.values()];
  }
}

const NO_PLAN: Plan = { clientIds: [], responses: [], eventIds: [] };

/** Who is to be erased: only by what is certain. Null: only what is named. */
function personIn(body: DataSubjectErasureBody): WantedPerson | null {
  const { email, phone } = body;
  const person = wantedPerson({ email, phone });
  const errors: ValidationIssue[] = [];
  if (email !== undefined && person.email === null)
    errors.push({ path: 'email', message: 'must be an e-mail address' });
  if (phone !== undefined && !person.phone?.e164) {
    errors.push({ path: 'phone', message: 'must be a phone number with its country code, such as +12025550123' });
  }
  if (partsOf(body).length === 0) {
    errors.push({ path: '', message: 'name at least one of email, phone, clientIds, responses, eventIds' });
  }
  if (errors.length > 0) throw new DomainError('validation_failed', 'the body is not valid', { errors });
  return email === undefined && phone === undefined ? null : person;
}

/** The names of what was given; never the values. */
function partsOf({ email, phone, clientIds, responses, eventIds }: DataSubjectErasureBody): string[] {
  return Object.entries({ email, phone, clientIds, responses, eventIds }).flatMap(([name, given]) =>
    given === undefined || given.length === 0 ? [] : [name],
  );
}

function isEmpty({ clientIds, responses, eventIds }: Plan): boolean {
  return clientIds.length + responses.length + eventIds.length === 0;
}

function toResult({ clients, responses, deliveries }: ErasedCounts): SubjectCounts {
  return { clients, responses, events: deliveries };
}

function keyOf({ formId, token }: ResponseId): string {
  return `${formId}\n${token}`;
}
