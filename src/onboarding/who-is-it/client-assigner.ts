/** Assigns responses to clients: reads the input of core/client-assignment, and writes its decisions. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../database/clock';
import { inSlices } from '../../database/in-slices';
import type { SqlRunner } from '../../database/sql-runner';
import {
  assignClients,
  type Assignment,
  foldedName,
  keysToLookUp,
  type ResponseToAssign,
} from '../../core/client-assignment';
import { type ClientCorrections, clientRecord } from '../../core/client-record';
import type { IdentifierRecord } from '../../core/identifiers';
import { ClientsRepository, type ClientState, type GivenPhone } from './clients.repository';
import { ClientsHeldError } from './clients-held.error';
import { type Known, NeighbourhoodRepository } from './neighbourhood.repository';
import { keysOf, standsAlone } from './response-keys';
import { ResponsesRepository } from '../responses.repository';
import {
  type NewVersion,
  type ResponseFacts,
  type ResponseId,
  responseKey,
  type ResponsePlace,
} from '../stored-response';

/** The decisions, on their way into the database. */
interface Plan extends Assignment {
  /** Phones that may have become shared, or stopped being shared; none when it is known that no conflict begins or ends. */
  phones: string[];
  given: GivenPhone[];
  corrections: Map<string, ClientCorrections>;
}

@Injectable()
export class ClientAssigner {
  constructor(
    private readonly neighbourhood: NeighbourhoodRepository,
    private readonly clients: ClientsRepository,
    private readonly responses: ResponsesRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores new versions of responses with their clients. `places` holds those that are already stored; the caller has
   * locked them all (`NeighbourhoodRepository.lockResponses`). The same responses give the same records in any order and batching.
   * Throws {@link ClientsHeldError} instead of waiting for clients that somebody else holds, unless `wait`.
   */
  async store(
    sql: SqlRunner,
    versions: readonly NewVersion[],
    places: ReadonlyMap<string, ResponsePlace>,
    now: Date,
    wait: boolean,
  ): Promise<void> {
    if (versions.length === 0) return;
    const plan = await this.decide(sql, versions, places, wait);
    await this.carryOut(sql, versions, plan, now, (clientIds) => this.responses.save(sql, versions, clientIds, now));
  }

  /**
   * Reassigns stored responses, after an admin's decision or writes of another release. Unknown ids are skipped.
   * Returns how many there were.
   */
  async reassign(sql: SqlRunner, ids: readonly ResponseId[], now: Date): Promise<number> {
    if (ids.length === 0) return 0;
    await this.neighbourhood.lockResponses(sql, ids);
    const stored = await this.responses.facts(sql, ids);
    if (stored.length === 0) return 0;
    const facts = stored.map((response) => ({
      ...response,
      keys: keysOf(response.identifiers, response.test),
      standsAlone: standsAlone(response.identifiers, response.completed, response.test),
    }));
    const places = new Map(stored.map((place) => [responseKey(place), place]));
    const plan = await this.decide(sql, facts, places, true);
    await this.carryOut(sql, facts, plan, now, (clientIds) => this.responses.place(sql, facts, clientIds));
    return stored.length;
  }

  /**
   * Decides again who these phones belong to, after an admin removed responses that gave them or moved them to another client:
   * a phone that is no longer shared identifies its client again. `clientIds` are the clients that gained or lost such responses; their
   * conflicts are corrected, whichever phone they are about. Only needs the `processing` lock, held exclusively.
   */
  async settlePhones(
    sql: SqlRunner,
    phones: readonly string[],
    clientIds: readonly string[],
    now: Date,
  ): Promise<void> {
    if (phones.length === 0) return;
    await this.reassign(sql, await this.responses.oneAlone(sql, phones), now);
    // Without a client that got a phone none is shared that was not before.
    const given = clientIds.length === 0 ? [] : await this.responses.givers(sql, phones);
    await this.clients.markConflicts(sql, phones, given, clientIds);
  }

  /** Removes clients that have no responses any more. An e-mail that another client's responses give finds that one from now on. */
  async remove(sql: SqlRunner, clientIds: readonly string[], now: Date): Promise<void> {
    const heirs = await this.clients.passOnEmails(sql, clientIds, now);
    await this.clients.remove(sql, clientIds);
    if (heirs.length > 0) await this.refresh(sql, heirs, now);
  }

  /** Rebuilds the records of clients, without reassigning their responses. */
  async refresh(
    sql: SqlRunner,
    clients: readonly { id: string; email: string | null; corrections: ClientCorrections }[],
    now: Date,
  ): Promise<void> {
    const ids = clients.map(({ id }) => id);
    const records = await this.responses.records(sql, ids);
    const states = await inSlices(this.clock, clients, ({ id, email, corrections }) => ({
      id,
      email,
      ...clientRecord(email, corrections, records.get(id) ?? []),
    }));
    await this.clients.update(sql, states, now);
  }

  private async carryOut(
    sql: SqlRunner,
    responses: readonly ResponseFacts[],
    plan: Plan,
    now: Date,
    write: (clientIds: readonly (string | null)[]) => Promise<void>,
  ): Promise<void> {
    const created = await this.newClients(responses, plan);
    if (created.length > 0) await this.clients.create(sql, created, now);
    await write(plan.places);
    if (plan.moves.length > 0) await this.responses.moveAlone(sql, plan.moves);
    // A new client that responses moved to is rebuilt like an existing one.
    const joined = new Set(plan.moves.map(({ clientId }) => clientId));
    const changed = [...plan.update, ...plan.create.filter(({ id }) => joined.has(id))];
    if (changed.length > 0) {
      const known = changed.map((client) => ({ ...client, corrections: plan.corrections.get(client.id) ?? {} }));
      await this.refresh(sql, known, now);
    }
    if (plan.remove.length > 0) await this.clients.removeEmpty(sql, plan.remove);
    if (plan.phones.length > 0) {
      const changedIds = plan.update.map(({ id }) => id);
      await this.clients.markConflicts(sql, plan.phones, plan.given, changedIds);
    }
  }

  /** The clients to create, each with the record built from the responses of the batch. */
  private newClients(responses: readonly ResponseFacts[], { create, places }: Plan): Promise<ClientState[]> {
    const records = new Map<string, IdentifierRecord[]>(create.map(({ id }) => [id, []]));
    responses.forEach((response, index) => {
      const { formId, token, completed, effectiveAt: submittedAt, identifiers } = response;
      records.get(places[index] ?? '')?.push({ id: `${formId}/${token}`, submittedAt, completed, identifiers });
    });
    return inSlices(this.clock, create, ({ id, email }) => ({
      id,
      email,
      ...clientRecord(email, {}, records.get(id) ?? []),
    }));
  }

  private async decide(
    sql: SqlRunner,
    responses: readonly ResponseFacts[],
    places: ReadonlyMap<string, ResponsePlace>,
    wait: boolean,
  ): Promise<Plan> {
    const batch = responses.map((response) => toAssign(response, places.get(responseKey(response))));
    const { emails, phones } = keysToLookUp(batch);
    const clientIds = batch.flatMap(({ pinnedTo, before }) => [pinnedTo, before?.clientId].flatMap((id) => id ?? []));
    await this.neighbourhood.lockKeys(sql, emails, phones);
    const known = await this.neighbourhood.read(sql, { responses, emails, phones, clientIds }, wait);
    if (known.held.length > 0) throw new ClientsHeldError(heldUp(responses, batch, known));
    const assignment = assignClients(batch, known, randomUUID);
    const given = [
      ...batch.flatMap(({ keys }, index) => pair(assignment.places[index], keys.phone)),
      ...assignment.moves.flatMap(({ phone, clientId }) => pair(clientId, phone)),
      ...known.phones.flatMap(({ phone, owners }) => owners.flatMap((id) => pair(id, phone))),
    ];
    const corrections = new Map(known.clients.map((client) => [client.id, client.corrections]));
    return { ...assignment, phones: mayConflict(assignment, given, known) ? phones : [], given, corrections };
  }
}

function toAssign(response: ResponseFacts, place: ResponsePlace | undefined): ResponseToAssign {
  const { identifiers, keys } = response;
  return {
    id: responseKey(response),
    keys,
    name: identifiers.fullName ? foldedName(identifiers.fullName.value) : null,
    standsAlone: response.standsAlone,
    pinnedTo: place?.pinnedClientId ?? null,
    before: place ? { ...place.keys, clientId: place.clientId, again: place.eventId === response.eventId } : null,
  };
}

/** The events of a batch that wait for held clients: those that hold, held, are pinned to or would find one of them. */
function heldUp(responses: readonly ResponseFacts[], batch: readonly ResponseToAssign[], known: Known): string[] {
  const ids = new Set(known.held.flatMap(({ id, splitFrom }) => [id, splitFrom].flatMap((held) => held ?? [])));
  const emails = new Set(known.held.flatMap(({ email }) => email ?? []));
  const phones = new Set(
    known.phones.flatMap(({ phone, owners, alone }) =>
      [...owners, ...alone].some((id) => ids.has(id)) ? [phone] : [],
    ),
  );
  for (const { kind, value, clientId } of known.aliases) {
    if (ids.has(clientId)) (kind === 'email' ? emails : phones).add(value);
  }
  // The e-mail of the client from which a held one was split.
  for (const { id, email } of known.clients) if (ids.has(id) && email !== null) emails.add(email);
  return batch.flatMap(({ keys, before, pinnedTo }, index) => {
    const waits =
      [pinnedTo, before?.clientId].some((id) => id && ids.has(id)) ||
      [keys, before].some((given) => given && (emails.has(given.email ?? '') || phones.has(given.phone ?? '')));
    return waits ? [responses[index]?.eventId].flatMap((eventId) => eventId ?? []) : [];
  });
}

/**
 * Whether a conflict may begin or end: a phone of the batch has more than one giver afterwards, or a client that is in conflict, or that was
 * not read, may be alone with it now.
 */
function mayConflict({ update }: Assignment, given: readonly GivenPhone[], { phones, clients }: Known): boolean {
  const inConflict = new Map(clients.map(({ id, conflict }) => [id, conflict]));
  if (update.some(({ id }) => inConflict.get(id) !== false)) return true;
  const others = phones.flatMap(({ phone, givers }) => givers.flatMap((clientId) => pair(clientId, phone)));
  if (others.some(({ clientId }) => inConflict.get(clientId) !== false)) return true;
  const giverOf = new Map<string, string>();
  for (const { clientId, phone } of [...others, ...given]) {
    const giver = giverOf.get(phone) ?? clientId;
    if (giver !== clientId) return true;
    giverOf.set(phone, giver);
  }
  return false;
}

function pair(clientId: string | null | undefined, phone: string | null): GivenPhone[] {
  return clientId && phone !== null ? [{ clientId, phone }] : [];
}
