/** Admins' decisions about who is who. They last: later submissions of the same person follow them. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog, type Author } from '../../audit/audit-log';
import type { ClientCorrections } from '../../core/client-record';
import type { IdentifierKey } from '../../core/identifiers';
import { DomainError } from '../../core/problem';
import { Clock } from '../../database/clock';
import { processingAlone, retryOnContention } from '../../database/processing-alone';
import type { Client } from '../client.entity';
import { ClientAssigner } from './client-assigner';
import { ClientDecisionsRepository } from './client-decisions.repository';
import { ResponsesRepository } from '../responses.repository';
import type { ResponseId } from '../stored-response';

/** `value`: from now on this, or nothing (null). `reset`: back to what the responses say. */
export type CorrectionChange = { value: string | null } | { reset: true };
export type CorrectionChanges = Partial<Record<IdentifierKey, CorrectionChange>>;

@Injectable()
export class ClientDecisions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly decisions: ClientDecisionsRepository,
    private readonly responses: ResponsesRepository,
    private readonly assigner: ClientAssigner,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Corrects identifiers by hand. E-mails and phones must be in canonical form. A corrected e-mail identifies the client, as does
   * the previous one, unless that was a correction too and no response gave it; a corrected phone only when no other client gave it.
   * Throws `not_found`, and `conflict` when the e-mail is another client's.
   */
  correct(id: string, changes: CorrectionChanges, by: Author): Promise<void> {
    return this.decide(async (manager, now) => {
      const client = await this.existing(manager, id);
      const corrections = corrected(client.corrections, changes, now);
      await this.decisions.setCorrections(manager, id, corrections);
      if (changes.email || changes.phone) await this.decisions.anchor(manager, id, now);
      if (changes.email) await this.correctEmail(manager, client, changes.email, now);
      if (changes.phone && (await this.correctPhone(manager, client, changes.phone, now)) && corrections.phone) {
        corrections.phone.givesKey = true;
        await this.decisions.setCorrections(manager, id, corrections);
      }
      const { email } = await this.existing(manager, id);
      await this.assigner.refresh(manager, [{ id, email, corrections }], now);
      const details = { identifiers: Object.keys(changes).sort() };
      await this.audit.record(manager, { ...by, action: 'client.corrected', subject: id, details });
    });
  }

  /**
   * One person recorded as two: everything of the other client moves to this one, and the other is removed. This one keeps its e-mail, and
   * its corrections take precedence. Throws `not_found`, and `conflict` for a client with itself.
   */
  async merge(id: string, otherId: string, by: Author): Promise<void> {
    if (id === otherId)
      throw new DomainError('conflict', 'a client cannot be merged with itself: give the id of another one');
    return this.decide(async (manager, now) => {
      const client = await this.existing(manager, id);
      const other = await this.existing(manager, otherId);
      const broughtPhones = await this.responses.phonesOf(manager, [otherId]);
      for (const each of [id, otherId]) await this.decisions.anchor(manager, each, now);
      const responses = await this.decisions.handOver(manager, otherId, id);
      await this.decisions.remove(manager, otherId);
      const emails = [client.email, other.email].flatMap((email) => email ?? []);
      await this.decisions.giveKeys(manager, 'email', emails, id, now);
      const email = client.email ?? (client.corrections.email ? null : other.email);
      await this.decisions.setEmail(manager, id, email);
      const kept = broughtFrom(otherId, other.corrections);
      delete kept.email;
      delete kept.phone;
      const corrections = { ...kept, ...client.corrections };
      // Taken back later, the correction must not take what the merge brought.
      if (corrections.phone?.value && broughtPhones.includes(corrections.phone.value)) {
        corrections.phone = { value: corrections.phone.value, correctedAt: corrections.phone.correctedAt };
      }
      await this.decisions.setCorrections(manager, id, corrections);
      await this.decisions.showGivenEmail(manager, id);
      await this.assigner.refresh(manager, [await this.existing(manager, id)], now);
      await this.assigner.settlePhones(manager, await this.responses.phonesOf(manager, [id]), [id], now);
      const details = { otherId, responses };
      await this.audit.record(manager, { ...by, action: 'client.merged', subject: id, details });
    });
  }

  /**
   * Two people recorded as one: these responses move to a new client, whose id is returned. It gets the e-mails and phones that only they
   * gave; a shared e-mail stays with the old client, and later submissions with it go to the new one by phone or name. Throws
   * `not_found`, and `conflict` when a response is not the client's, or when none would remain.
   */
  split(id: string, responses: readonly ResponseId[], by: Author): Promise<string> {
    return this.decide(async (manager, now) => {
      const client = await this.existing(manager, id);
      const { own, others } = await this.decisions.countOf(manager, id, responses);
      if (own === 0 || own < new Set(responses.map(({ formId, token }) => `${formId}\n${token}`)).size) {
        throw new DomainError('conflict', 'not all of these responses belong to the client: list its responses first');
      }
      if (!others) throw new DomainError('conflict', 'these are all responses of the client: leave out at least one');
      const newId = await this.decisions.makeSplit(manager, id, responses, now);
      await this.decisions.pinThoseLeft(manager, newId);
      const emails = await this.decisions.onlyOf(manager, 'email', newId, id);
      const phones = await this.decisions.onlyOf(manager, 'phone', newId, id);
      await this.decisions.giveKeys(manager, 'email', emails, newId, now);
      await this.decisions.giveKeys(manager, 'phone', phones, newId, now);
      await this.shareOutEmails(manager, client, newId, emails);
      // Whose they are is not known any more: they may be those of the person who leaves.
      const [corrections, removed] = withoutMerged(client.corrections);
      if (removed.length > 0) await this.decisions.setCorrections(manager, id, corrections);
      const touched = [id, newId];
      for (const each of touched) {
        await this.decisions.showGivenEmail(manager, each);
        await this.assigner.refresh(manager, [await this.existing(manager, each)], now);
      }
      await this.assigner.settlePhones(manager, await this.responses.phonesOf(manager, touched), touched, now);
      const details = { newId, responses: own, ...(removed.length > 0 ? { correctionsRemoved: removed } : {}) };
      await this.audit.record(manager, { ...by, action: 'client.split', subject: id, details });
      return newId;
    });
  }

  /** Runs a decision while no batch is processed: waits for running batches and retries. */
  private decide<T>(work: (manager: EntityManager, now: Date) => Promise<T>): Promise<T> {
    return retryOnContention('nothing was changed', () =>
      this.dataSource.transaction(async (manager) => {
        await processingAlone(manager);
        return work(manager, this.clock.now());
      }),
    );
  }

  private async existing(manager: EntityManager, id: string): Promise<Client> {
    const client = await this.decisions.find(manager, id);
    if (!client) throw new DomainError('not_found', 'there is no such client');
    return client;
  }

  private async correctEmail(
    manager: EntityManager,
    client: Client,
    change: CorrectionChange,
    now: Date,
  ): Promise<void> {
    const { id } = client;
    const made = client.corrections.email?.value ?? null;
    const isTakenBack = made !== null && !(await this.decisions.givesEmail(manager, id, made));
    if (isTakenBack) await this.decisions.takeKey(manager, 'email', made, id);
    if ('reset' in change) {
      const [newest] = await this.decisions.emailsOf(manager, id);
      return this.decisions.setEmail(manager, id, newest ?? null);
    }
    const before = client.email === null || isTakenBack ? [] : [client.email];
    const { value } = change;
    const owner = value === null ? null : await this.decisions.ownerOfEmail(manager, value);
    if (owner !== null && owner !== id) {
      throw new DomainError(
        'conflict',
        `this e-mail belongs to the client ${owner}: merge the two if they are one person`,
      );
    }
    await this.decisions.giveKeys(
      manager,
      'email',
      value === null ? before : [...new Set([...before, value])],
      id,
      now,
    );
    await this.decisions.setEmail(manager, id, value);
  }

  /** Returns whether the client is found by the phone because of this correction alone. */
  private async correctPhone(
    manager: EntityManager,
    { id, corrections }: Client,
    change: CorrectionChange,
    now: Date,
  ): Promise<boolean> {
    const made = corrections.phone?.value ?? null;
    if (made !== null && corrections.phone?.givesKey) await this.decisions.takeKey(manager, 'phone', made, id);
    const value = 'reset' in change ? null : change.value;
    const givesKey = value !== null && (await this.decisions.isPhoneFree(manager, value, id));
    if (givesKey) await this.decisions.giveKeys(manager, 'phone', [value], id, now);
    const phones = [made, value].flatMap((phone) => phone ?? []);
    await this.assigner.settlePhones(manager, [...new Set(phones)].sort(), [id], now);
    return givesKey;
  }

  /** An e-mail goes with the client that alone gave it; each of the two shows one of its own, if it has any. */
  private async shareOutEmails(manager: EntityManager, client: Client, newId: string, emails: string[]): Promise<void> {
    if (client.email !== null && emails.includes(client.email)) {
      await this.decisions.setEmail(manager, client.id, null);
      await this.decisions.setEmail(manager, newId, client.email);
      const [left] = await this.decisions.emailsOf(manager, client.id);
      await this.decisions.setEmail(manager, client.id, left ?? null);
    } else {
      const [first] = await this.decisions.emailsOf(manager, newId);
      if (first !== undefined && emails.includes(first)) await this.decisions.setEmail(manager, newId, first);
    }
  }
}

function corrected(before: ClientCorrections, changes: CorrectionChanges, now: Date): ClientCorrections {
  const corrections = { ...before };
  for (const [key, change] of Object.entries(changes) as [IdentifierKey, CorrectionChange][]) {
    if ('reset' in change) delete corrections[key];
    else corrections[key] = { value: change.value, correctedAt: now.toISOString() };
  }
  return corrections;
}

function broughtFrom(clientId: string, corrections: ClientCorrections): ClientCorrections {
  return Object.fromEntries(
    Object.entries(corrections).map(([key, correction]) => [key, { mergedFrom: clientId, ...correction }]),
  );
}

/** The corrections that were made for this client itself, and the keys of those that a merge brought. */
function withoutMerged(corrections: ClientCorrections): [ClientCorrections, string[]] {
  const isMerged = ([, correction]: [string, { mergedFrom?: string }]): boolean => correction.mergedFrom !== undefined;
  const entries = Object.entries(corrections);
  const removed = entries.filter(isMerged).map(([key]) => key);
  return [Object.fromEntries(entries.filter((entry) => !isMerged(entry))), removed.sort()];
}
