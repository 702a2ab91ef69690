/** Which client a response belongs to, and what the client's record then says (design section 5). */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Identifiers, mergeIdentifiers } from '../core/identifiers';
import { ClientKeys, ClientsRepository } from './clients.repository';
import { ClientConflict, ClientResponse, ResponsesRepository, SavedResponse } from './responses.repository';

const MAX_RACES = 3;

interface ResponseToAssign extends SavedResponse {
  completed: boolean;
  identifiers: Identifiers;
}

@Injectable()
export class ClientResolver {
  constructor(
    private readonly clients: ClientsRepository,
    private readonly responses: ResponsesRepository,
  ) {}

  /**
   * Gives a saved response to its client: found by e-mail, else by phone, else the one it had before, else a new one (a partial
   * response without e-mail and phone makes none yet). A client's record is always put together from its responses, so it
   * does not depend on the order in which they arrived.
   */
  async assign(manager: EntityManager, response: ResponseToAssign, now: Date): Promise<void> {
    const { email, phone } = keysOf(response);
    const before = response.clientId;
    const anonymous = email === null && phone === null;
    if (anonymous && !response.completed && before === null) return;

    const { client, isNew, conflicts } = await this.findOrCreate(manager, response, now);
    if (!isNew) {
      const others = (await this.responses.ofClient(manager, client.id)).filter(
        ({ formId, token }) => formId !== response.formId || token !== response.token,
      );
      const updated = await this.update(manager, client, [...others, response], now);
      if (email !== null && updated.email !== email) conflicts.push({ kind: 'email_differs', clientId: client.id });
    }
    await this.responses.setClient(manager, response, client.id, conflicts);

    if (before !== null && before !== client.id) await this.settleFormer(manager, before, now);
  }

  /** The client of a response, locked; one that is new has the record of this response already. */
  private async findOrCreate(
    manager: EntityManager,
    response: ResponseToAssign,
    now: Date,
  ): Promise<{ client: ClientKeys; isNew: boolean; conflicts: ClientConflict[] }> {
    const { email, phone } = keysOf(response);
    const before = response.clientId;
    for (let race = 0; race < MAX_RACES; race += 1) {
      const found = await this.clients.find(manager, email, phone, before);
      const byEmail = email === null ? undefined : found.find((client) => client.email === email);
      const byPhone = phone === null ? undefined : found.find((client) => client.phone === phone);
      const conflicts: ClientConflict[] =
        byEmail && byPhone && byEmail.id !== byPhone.id
          ? [{ kind: 'phone_of_another_client', clientId: byPhone.id }]
          : [];
      const client = byEmail ?? byPhone ?? found.find(({ id }) => id === before);
      if (client) return { client, isNew: false, conflicts };
      const created = await this.clients.create(manager, { email, phone }, merge([response]), now);
      if (created) return { client: created, isNew: true, conflicts: [] };
    }
    throw new Error('a client with the same e-mail or phone kept appearing and disappearing');
  }

  /** Puts the record together from its responses and writes it. */
  private async update(
    manager: EntityManager,
    client: ClientKeys,
    responses: readonly ClientResponse[],
    now: Date,
  ): Promise<ClientKeys> {
    const email = await this.chooseKey(manager, client, 'email', responses);
    const phone = await this.chooseKey(manager, client, 'phone', responses);
    const updated = { id: client.id, email, phone };
    // The record shows the e-mail and the phone the client is found by, not another one that a response also named.
    const agreeing = responses.map((response) => {
      const identifiers = { ...response.identifiers };
      if (identifiers.email?.value !== email) delete identifiers.email;
      if (identifiers.phone?.value !== phone) delete identifiers.phone;
      return { ...response, identifiers };
    });
    await this.clients.update(manager, updated, merge(agreeing), now);
    return updated;
  }

  /** The newest value of the responses, unless another client has it; an e-mail stays while any response still names it. */
  private async chooseKey(
    manager: EntityManager,
    client: ClientKeys,
    key: 'email' | 'phone',
    responses: readonly ClientResponse[],
  ): Promise<string | null> {
    const current = client[key];
    const stillNamed = current !== null && responses.some(({ identifiers }) => identifiers[key]?.value === current);
    if (key === 'email' && stillNamed) return current;
    const newest = merge(responses)[key]?.value ?? null;
    if (newest === null || newest === current) return newest;
    if (!(await this.clients.isTaken(manager, key, newest, client.id))) return newest;
    return stillNamed ? current : null;
  }

  /** A client that lost a response: its record is put together anew, or removed when that was its last one. */
  private async settleFormer(manager: EntityManager, clientId: string, now: Date): Promise<void> {
    const responses = await this.responses.ofClient(manager, clientId);
    const [client] = await this.clients.find(manager, null, null, clientId);
    if (!client) return;
    if (responses.length > 0) await this.update(manager, client, responses, now);
    else await this.clients.remove(manager, clientId);
  }
}

function keysOf({ identifiers }: ResponseToAssign): Omit<ClientKeys, 'id'> {
  return { email: identifiers.email?.value ?? null, phone: identifiers.phone?.value ?? null };
}

function merge(responses: readonly ClientResponse[]): ReturnType<typeof mergeIdentifiers> {
  return mergeIdentifiers(
    responses.map(({ formId, token, effectiveAt, completed, identifiers }) => ({
      id: `${formId}/${token}`,
      submittedAt: effectiveAt,
      completed,
      identifiers,
    })),
  );
}
