/** The SQL of WebhookStore. Leases and doubts use the database's clock, since those of the replicas may differ. */
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { AuditLog } from '../audit/audit-log';
import { AppConfig } from '../config/app-config';
import { Clock } from '../database/clock';
import { Random } from '../database/random';
import { doubtAbout, Goal, isMadeButOff, nextStep, PushState, staysPending, Target, Version } from './push-decision';
import { DOUBT_SECONDS, IN_HAND_SECONDS, LAPSE_MARGIN_SECONDS, retryDelaySeconds } from './retry-schedule';
import { endedBy } from './webhook-state';
import { Webhook } from './webhook.entity';
import { BegunCall, Failed, FailedCall, Place, Succeeded, WebhookEdit, WebhookStore } from './webhook-store';

interface PushRow {
  calls: number;
  call_id: string | null;
  call_webhook_id: string | null;
  call_revision: number | null;
  lapsed: boolean | null;
  doubt_webhook_id: string | null;
  doubt_revision: number | null;
  over: boolean | null;
  failures: number;
  retry_at: Date | null;
  doubt_until: Date | null;
}

const PUSH_COLUMNS = `calls, call_id, call_webhook_id, call_revision, call_until < clock_timestamp() AS lapsed,
  doubt_webhook_id, doubt_revision, doubt_until < clock_timestamp() AS over, doubt_until,
  failures, greatest(next_try_at, call_until) AS retry_at`;

const RECONCILER = { actor: { id: 'reconciler', name: 'reconciler' }, requestId: null };

@Injectable()
export class WebhookStoreRepository extends WebhookStore {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    super();
  }

  async state(target: Target): Promise<PushState> {
    const [push] = await this.dataSource.query<PushRow[]>(
      `SELECT ${PUSH_COLUMNS} FROM webhook_push WHERE form_id = $1 AND tag = $2`,
      [target.formId, target.tag],
    );
    return stateOf(push, await wanted(this.dataSource.manager, target));
  }

  ofForm(formId: string): Promise<Webhook[]> {
    return this.dataSource.manager.find(Webhook, { where: { formId }, order: { createdAt: 'ASC' } });
  }

  edit(
    id: string,
    decide: (webhook: Webhook, now: Date, place: Place) => WebhookEdit | null,
  ): Promise<{ before: Webhook; after: Webhook | null } | null> {
    return this.dataSource.transaction(async (manager) => {
      const target = await manager.findOneBy(Webhook, { id });
      if (!target) return null;
      // The place first, as every other transaction does: no call begins while it is decided.
      const place = placeOf(await lockPlace(manager, target));
      const before = await manager.findOne(Webhook, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!before) return null;
      const edit = decide(before, this.clock.now(), place);
      if (edit === null) return { before, after: before };
      if (edit.set === 'delete') await manager.delete(Webhook, { id });
      else await manager.update(Webhook, { id }, edit.set as QueryDeepPartialEntity<Webhook>);
      const after = edit.set === 'delete' ? null : await manager.findOneByOrFail(Webhook, { id });
      await manager.query(
        `UPDATE webhook_push SET failures = 0, next_try_at = clock_timestamp() + interval '${IN_HAND_SECONDS} seconds'
          WHERE form_id = $1 AND tag = $2`,
        [target.formId, target.tag],
      );
      const { action, details, author } = edit;
      await this.audit.record(manager, { ...author, action, subject: id, details });
      return { before, after };
    });
  }

  begin(target: Target, step: 'put' | 'delete', goal: Goal): Promise<BegunCall | null> {
    return this.dataSource.transaction(async (manager) => {
      const push = await lockPlace(manager, target);
      // Read after the lock: whatever was committed before is in it.
      const state = stateOf(push, await wanted(manager, target));
      if (nextStep(state, goal) !== step) return null;
      const id = randomUUID();
      const webhook = goal.kind === 'stray' ? null : state.webhook;
      const abandoned = state.call !== null;
      if (state.call) await this.doubt(manager, target, state.call, state.doubt);
      const leaseSeconds = this.config.typeform.timeoutMs / 1000 + LAPSE_MARGIN_SECONDS;
      await manager.query(
        `UPDATE webhook_push
            SET calls = calls + 1, call_id = $3, call_webhook_id = $4, call_revision = $5,
                call_until = clock_timestamp() + $6::float8 * interval '1 second'
          WHERE form_id = $1 AND tag = $2`,
        [target.formId, target.tag, id, webhook?.id ?? null, webhook?.revision ?? null, leaseSeconds],
      );
      return { id, target, webhook, last: !abandoned && (state.doubt === null || state.doubt.over) };
    });
  }

  async withdraw(call: BegunCall): Promise<void> {
    await this.end(this.dataSource.manager, call);
  }

  succeed(call: BegunCall, seen: Partial<Webhook>): Promise<Succeeded> {
    const { target, webhook, last } = call;
    return this.dataSource.transaction(async (manager) => {
      const push = await this.end(manager, call);
      if (!push) return { current: false, ended: [] };
      await manager.query(
        `UPDATE webhook_push SET failures = 0, next_try_at = NULL
                ${last ? ', doubt_webhook_id = NULL, doubt_revision = NULL, doubt_until = NULL' : ''}
          WHERE form_id = $1 AND tag = $2`,
        [target.formId, target.tag],
      );
      if (!webhook) return { current: true, ended: [] };
      const { id, revision, enabled } = webhook;
      const pending = staysPending(last ? null : stateOf(push, null).doubt, webhook);
      // Removed webhooks had the same place: now they certainly have it no more.
      await manager.query(
        `UPDATE webhook SET pushed_revision = revision, pending = false, problem = NULL
          WHERE form_id = $1 AND tag = $2 AND id <> $3 AND removed_at IS NOT NULL AND (pending OR pushed_revision <> revision)`,
        [target.formId, target.tag, id],
      );
      // If a later revision is to be enabled, a call for a disabled one confirms nothing about it. The recorded differences are resolved either way.
      await manager.query(
        `UPDATE webhook SET pushed_revision = CASE WHEN revision = $2 OR $3 THEN $2 ELSE 0 END, drift = '[]' WHERE id = $1`,
        [id, revision, enabled],
      );
      const ended = endedBy(webhook);
      const current = await set(manager, { id, revision }, { ...seen, pending });
      if (ended.length > 0) {
        const entry = { ...RECONCILER, action: 'webhook.repaired', subject: id, details: { drift: ended } } as const;
        await this.audit.record(manager, entry);
      }
      return { current, ended };
    });
  }

  fail(call: BegunCall, outcome: FailedCall, seen: Partial<Webhook>): Promise<Failed> {
    const { target, webhook } = call;
    return this.dataSource.transaction(async (manager) => {
      const push = await this.end(manager, call);
      // Another process has taken over, and doubts this call already.
      if (!push) return { current: false, certainAt: null };
      const { doubt, calls } = stateOf(push, null);
      const version = { webhookId: webhook?.id ?? null, revision: webhook?.revision ?? null };
      if (outcome === 'unknown') await this.doubt(manager, target, version, doubt);
      if (outcome !== 'refused') await this.retryLater(manager, target, push.failures + 1);
      const refusal = outcome === 'refused' ? { refusedRevision: version.revision } : {};
      const current = webhook !== null && (await set(manager, webhook, { ...seen, ...refusal }));
      const certain = outcome !== 'unknown' && doubt === null && !isMadeButOff(webhook);
      return { current, certainAt: certain ? calls : null };
    });
  }

  async observe({ id, formId, tag, revision }: Webhook, calls: number, seen: Partial<Webhook>): Promise<void> {
    await this.dataSource
      .createQueryBuilder()
      .update(Webhook)
      .set(seen as QueryDeepPartialEntity<Webhook>)
      .where('id = :id AND revision = :revision', { id, revision })
      .andWhere(
        'NOT EXISTS (SELECT FROM webhook_push WHERE form_id = :formId AND tag = :tag AND (calls <> :calls OR call_id IS NOT NULL))',
        { formId, tag, calls },
      )
      .execute();
  }

  /** Frees the place. undefined when the call has lapsed and another one was begun. */
  private async end(manager: EntityManager, { id, target }: BegunCall): Promise<PushRow | undefined> {
    const [[row]] = await manager.query<[PushRow[], number]>(
      `UPDATE webhook_push SET call_id = NULL, call_webhook_id = NULL, call_revision = NULL, call_until = NULL
        WHERE form_id = $1 AND tag = $2 AND call_id = $3 RETURNING ${PUSH_COLUMNS}`,
      [target.formId, target.tag, id],
    );
    return row;
  }

  private async retryLater(manager: EntityManager, target: Target, failures: number): Promise<void> {
    const delaySeconds = retryDelaySeconds(failures, this.config.reconcileIntervalSeconds, this.random.next());
    await manager.query(
      `UPDATE webhook_push SET failures = $3, next_try_at = clock_timestamp() + $4::float8 * interval '1 second'
        WHERE form_id = $1 AND tag = $2`,
      [target.formId, target.tag, failures, delaySeconds],
    );
  }

  private async doubt(manager: EntityManager, target: Target, call: Version, earlier: Version | null): Promise<void> {
    const { webhookId, revision } = doubtAbout(call, earlier);
    await manager.query(
      `UPDATE webhook_push
          SET doubt_webhook_id = $3, doubt_revision = $4, doubt_until = clock_timestamp() + interval '${DOUBT_SECONDS} seconds'
        WHERE form_id = $1 AND tag = $2`,
      [target.formId, target.tag, webhookId, revision],
    );
  }
}

/** The row of a place, locked until the commit. */
async function lockPlace(manager: EntityManager, { formId, tag }: Target): Promise<PushRow> {
  const [row] = await manager.query<PushRow[]>(
    `INSERT INTO webhook_push (form_id, tag) VALUES ($1, $2)
     ON CONFLICT (form_id, tag) DO UPDATE SET tag = excluded.tag RETURNING ${PUSH_COLUMNS}`,
    [formId, tag],
  );
  if (!row) throw new Error('webhook_push has lost a row');
  return row;
}

/** The webhook that a place should hold, or the removed one that may still be there. */
function wanted(manager: EntityManager, { formId, tag }: Target): Promise<Webhook | null> {
  return manager
    .createQueryBuilder(Webhook, 'webhook')
    .where('webhook.formId = :formId AND webhook.tag = :tag', { formId, tag })
    .andWhere('(webhook.removedAt IS NULL OR webhook.pending OR webhook.pushedRevision <> webhook.revision)')
    .orderBy('webhook.removedAt', 'DESC', 'NULLS FIRST')
    .limit(1)
    .getOne();
}

/** Changes a webhook that is still at this revision; false when it is not. */
async function set(
  manager: EntityManager,
  { id, revision }: Pick<Webhook, 'id' | 'revision'>,
  seen: Partial<Webhook>,
): Promise<boolean> {
  if (Object.keys(seen).length === 0) return manager.existsBy(Webhook, { id, revision });
  const { affected } = await manager.update(Webhook, { id, revision }, seen as QueryDeepPartialEntity<Webhook>);
  return affected === 1;
}

function placeOf({ calls, retry_at: retryAt, doubt_until: doubtUntil }: PushRow): Place {
  return { calls, retryAt, doubtUntil };
}

function stateOf(row: PushRow | undefined, webhook: Webhook | null): PushState {
  if (!row) return { calls: 0, call: null, doubt: null, webhook };
  const { calls, call_id, call_webhook_id, call_revision, lapsed, doubt_webhook_id, doubt_revision, over } = row;
  const call =
    call_id === null ? null : { webhookId: call_webhook_id, revision: call_revision, lapsed: lapsed === true };
  const doubt = over === null ? null : { webhookId: doubt_webhook_id, revision: doubt_revision, over };
  return { calls, call, doubt, webhook };
}
