/**
 * What the database, the replicas and Typeform do to webhooks, in memory, one step at a time in an order that a scheduler chooses. The
 * pusher, the changes and the reconciler that run on it are the real ones.
 */
import type { Scheduler } from 'fast-check';
import { randomUUID } from 'node:crypto';
import type { AppConfig } from '../../src/config/app-config';
import { DomainError } from '../../src/core/problem';
import { open, seal, type KeyRing } from '../../src/core/secret-box';
import { Clock } from '../../src/database/clock';
import type { PublicUrl } from '../../src/rest/public-url';
import type { DecidedInTurn, TypeformApi, WebhookChange } from '../../src/typeform/typeform-api';
import { TypeformError, type Failure } from '../../src/typeform/typeform-error';
import type { RemoteWebhook } from '../../src/typeform/typeform-schemas';
import { acceptedSecrets } from '../../src/webhook-management/accepted-secrets';
import { FormReconciler } from '../../src/webhook-management/form-reconciler';
import type { MappingCheck } from '../../src/webhook-management/mapping-check';
import {
  doubtAbout,
  isMadeButOff,
  nextStep,
  staysPending,
  type Goal,
  type PushState,
  type Version,
} from '../../src/webhook-management/push-decision';
import { losesSubmissions } from '../../src/webhook-management/repair-backoff';
import type { RepairFollowUp } from '../../src/webhook-management/repair-follow-up';
import { WebhookChanges } from '../../src/webhook-management/webhook-changes';
import { WebhookPusher } from '../../src/webhook-management/webhook-pusher';
import {
  WebhookStore,
  type BegunCall,
  type Failed,
  type FailedCall,
  type Place,
  type Succeeded,
  type WebhookEdit,
} from '../../src/webhook-management/webhook-store';
import { endedBy } from '../../src/webhook-management/webhook-state';
import type { Webhook } from '../../src/webhook-management/webhook.entity';

export const PLACE = { formId: 'abcd1234', tag: 'onboarding' };
const PUBLIC_URL = 'https://hooks.example.com';
const OLD_KEY = { id: 'k1', key: Buffer.alloc(32, 1) };
const NEW_KEY = { id: 'k2', key: Buffer.alloc(32, 2) };
export const KEYS: KeyRing = [OLD_KEY, NEW_KEY];
/** The same keys; the other one seals. */
export const REVERSED: KeyRing = [NEW_KEY, OLD_KEY];
/** What somebody else has set at Typeform. */
const FOREIGN_SECRET = 'foreign';
const AUTHOR = { actor: { id: 'admin', name: 'admin' }, requestId: null };
const TIMES = { createdAt: null, updatedAt: null };
const NEVER = new Promise<never>(() => undefined);

/** What becomes of a call. `late`: it is not answered, and takes effect at any later moment. `dies`: so does whoever made it. */
export const FATES = [
  'ok',
  'refused',
  'rate_limited',
  'turn_missed',
  'lost_made',
  'lost_unmade',
  'late',
  'dies_made',
  'dies_unmade',
  'dies_late',
] as const;
export type Fate = (typeof FATES)[number];

type AtTypeform = RemoteWebhook & { secret: string };

export class Model {
  readonly rows = new Map<string, Webhook>();
  calls = 0;
  call: (Version & { id: string; lapsed: boolean }) | null = null;
  doubt: Version | null = null;
  atTypeform: AtTypeform | null = null;
  /** The row that the last call was made from: what was known then counts, even if the webhook has been removed since. */
  sentFrom: Webhook | null = null;
  /** Calls that may still take effect. */
  late = 0;
  /** Deliveries that would have been refused for their signature. */
  readonly refusedDeliveries: string[] = [];
  sent = 0;
  /** Somebody else has disabled what Typeform had confirmed to be enabled. */
  private offByOthers = false;
  /** Calls that have enabled it again although nobody knew that it was off. */
  readonly enabledUnseen: string[] = [];
  /** A call has enabled it again, and there is no record of that yet. */
  unrecorded = false;

  constructor(
    readonly scheduler: Scheduler,
    private readonly fates: Fate[],
  ) {}

  /** Waits for this step's turn among everything that could happen now. */
  step(label: string): Promise<void> {
    return this.scheduler.schedule(Promise.resolve(), label);
  }

  nextFate(): Fate {
    return this.fates.shift() ?? 'ok';
  }

  /** As WebhookSecretsRepository does it, when the intake has seen wrong signatures. */
  suspect(): void {
    const active = [...this.rows.values()].some((row) => row.removedAt === null);
    if (active && (this.doubt === null || this.late === 0) && this.call === null)
      this.doubt = { webhookId: null, revision: null };
  }

  /** As SecretResealing does it: the same secrets under another key. */
  reseal(id: string): void {
    const before = this.rows.get(id);
    if (!before) return;
    const anew = (box: string): string => seal(REVERSED, open(KEYS, box, id), id);
    const previousSecret = before.previousSecret === null ? null : anew(before.previousSecret);
    this.save(before, { secret: anew(before.secret), previousSecret });
    const after = this.rows.get(id);
    if (after && before.pushedRevision === before.revision) this.save(after, { pushedRevision: after.revision });
  }

  /** From now on all goes well. */
  calm(): void {
    this.fates.length = 0;
  }

  wanted(): Webhook | null {
    const rows = [...this.rows.values()].reverse();
    const isOpen = (row: Webhook): boolean => row.pending || row.pushedRevision !== row.revision;
    return rows.find((row) => row.removedAt === null) ?? rows.find(isOpen) ?? null;
  }

  state(): PushState {
    const webhook = this.wanted();
    const doubt = this.doubt && { ...this.doubt, over: this.late === 0 };
    return { calls: this.calls, call: this.call && { ...this.call }, doubt, webhook: webhook && { ...webhook } };
  }

  /** As the trigger of the table does it. */
  save(before: Webhook, set: Partial<Webhook>): void {
    const wanted = (row: Webhook): string =>
      JSON.stringify([row.url, row.enabled, row.verifySsl, row.eventTypes, row.secret, row.removedAt]);
    const after = { ...before, ...set };
    this.rows.set(before.id, {
      ...after,
      revision: wanted(after) === wanted(before) ? before.revision : before.revision + 1,
    });
    this.checkDeliveries();
  }

  /** What is omitted stays as it is, and is off where nothing is. `late`: nobody knows any more what was known when it was sent. */
  put(change: WebhookChange, late = false): void {
    const { url, verifySsl, eventTypes, secret } = change as Required<WebhookChange>;
    const enabled = change.enabled ?? this.atTypeform?.enabled ?? false;
    const { pushedRevision, drift } = this.sentFrom ?? { pushedRevision: 0, drift: [] };
    const known = drift.some(losesSubmissions);
    // An admin who has it enabled after it was to be disabled has it enabled, whoever disabled it.
    if (enabled && this.offByOthers && !late && (known || pushedRevision > 0)) {
      if (!known) this.enabledUnseen.push(`revision ${pushedRevision}`);
      this.unrecorded = true;
    }
    if (change.enabled === false) this.unrecorded = false;
    if (change.enabled !== undefined) this.offByOthers = false;
    this.atTypeform = { tag: PLACE.tag, url, enabled, verifySsl, eventTypes: { ...eventTypes }, secret, ...TIMES };
    this.checkDeliveries();
  }

  delete(): void {
    this.atTypeform = null;
    this.offByOthers = false;
    this.unrecorded = false;
  }

  disable(): void {
    if (!this.atTypeform?.enabled) return;
    this.atTypeform.enabled = false;
    const row = this.wanted();
    this.offByOthers = row !== null && row.enabled && row.pushedRevision > 0;
  }

  /** What Typeform signs with must be accepted at every moment. */
  private checkDeliveries(): void {
    if (this.atTypeform === null) return;
    const { url, secret } = this.atTypeform;
    // That is refused until Typeform is given ours again.
    if (secret === FOREIGN_SECRET) return;
    const row = this.rows.get(url.split('/').at(-1) ?? '');
    if (row && secretsOf(row).includes(secret)) return;
    this.refusedDeliveries.push(`${url} revision ${row?.revision ?? 'none'} pending ${row?.pending ?? 'none'}`);
  }
}

/** The secrets in the clear that the intake accepts for a webhook. */
function secretsOf(row: Webhook): string[] {
  const unsealed = (box: string): string => open(KEYS, box, row.id);
  const { previousSecret, previousSecretExpiresAt: previousExpiresAt, removedAt, pending } = row;
  const secrets = {
    current: unsealed(row.secret),
    previous: previousSecret === null ? null : unsealed(previousSecret),
    previousExpiresAt,
    removedAt,
    pending,
  };
  return [...acceptedSecrets(secrets, new Date(0))];
}

export class ModelStore extends WebhookStore {
  constructor(protected readonly model: Model) {
    super();
  }

  async state(): Promise<PushState> {
    await this.model.step('read');
    return this.model.state();
  }

  async ofForm(): Promise<Webhook[]> {
    await this.model.step('read all');
    return [...this.model.rows.values()].map((row) => ({ ...row }));
  }

  async edit(
    id: string,
    decide: (webhook: Webhook, now: Date, place: Place) => WebhookEdit | null,
  ): Promise<{ before: Webhook; after: Webhook | null } | null> {
    await this.model.step('edit');
    const before = this.model.rows.get(id);
    if (!before) return null;
    const edit = decide({ ...before }, new Date(0), { calls: this.model.calls, retryAt: null, doubtUntil: null });
    if (edit === null) return { before, after: before };
    if (edit.set === 'delete') this.model.rows.delete(id);
    else this.model.save(before, edit.set);
    return { before, after: this.model.rows.get(id) ?? null };
  }

  async begin(_place: object, step: 'put' | 'delete', goal: Goal): Promise<BegunCall | null> {
    await this.model.step('begin');
    const state = this.model.state();
    if (nextStep(state, goal) !== step) return null;
    const { call, doubt } = state;
    if (call) this.model.doubt = doubtAbout(call, doubt);
    const webhook = goal.kind === 'stray' ? null : state.webhook;
    const id = randomUUID();
    this.model.sentFrom = webhook;
    this.model.calls += 1;
    this.model.call = { id, webhookId: webhook?.id ?? null, revision: webhook?.revision ?? null, lapsed: false };
    return { id, target: PLACE, webhook, last: call === null && (doubt === null || doubt.over) };
  }

  async withdraw(begun: BegunCall): Promise<void> {
    await this.model.step('withdraw');
    this.end(begun);
  }

  async succeed(begun: BegunCall, seen: Partial<Webhook>): Promise<Succeeded> {
    await this.model.step('succeed');
    if (!this.end(begun)) return { current: false, ended: [] };
    if (begun.last) this.model.doubt = null;
    const { webhook } = begun;
    if (!webhook) return { current: true, ended: [] };
    const ended = endedBy(webhook);
    if (ended.some(losesSubmissions)) this.model.unrecorded = false;
    for (const row of [...this.model.rows.values()]) {
      if (row.id !== webhook.id && row.removedAt !== null) {
        this.model.save(row, { pushedRevision: row.revision, pending: false });
      }
    }
    const row = this.model.rows.get(webhook.id);
    if (!row) return { current: false, ended };
    const current = row.revision === webhook.revision;
    const pending = staysPending(this.model.doubt, webhook);
    const pushedRevision = current || webhook.enabled ? webhook.revision : 0;
    this.model.save(row, { pushedRevision, drift: [], ...(current ? { ...seen, pending } : {}) });
    return { current, ended };
  }

  async fail(begun: BegunCall, outcome: FailedCall, seen: Partial<Webhook>): Promise<Failed> {
    await this.model.step(`fail ${outcome}`);
    if (!this.end(begun)) return { current: false, certainAt: null };
    const { webhook } = begun;
    const certain = outcome !== 'unknown' && this.model.doubt === null && !isMadeButOff(webhook);
    const certainAt = certain ? this.model.calls : null;
    const version = { webhookId: webhook?.id ?? null, revision: webhook?.revision ?? null };
    if (outcome === 'unknown') this.model.doubt = doubtAbout(version, this.model.doubt);
    const row = webhook && this.model.rows.get(webhook.id);
    if (!row || row.revision !== webhook.revision) return { current: false, certainAt };
    this.model.save(row, { ...seen, ...(outcome === 'refused' ? { refusedRevision: row.revision } : {}) });
    return { current: true, certainAt };
  }

  async observe(webhook: Webhook, calls: number, seen: Partial<Webhook>): Promise<void> {
    await this.model.step('observe');
    const row = this.model.rows.get(webhook.id);
    const unchanged = this.model.calls === calls && this.model.call === null;
    if (row && row.revision === webhook.revision && unchanged) this.model.save(row, seen);
  }

  private end({ id }: BegunCall): boolean {
    if (this.model.call?.id !== id) return false;
    this.model.call = null;
    return true;
  }
}

/** Typeform's side: only what writes and lists webhooks. */
class ModelTypeform {
  constructor(
    private readonly model: Model,
    private readonly die: () => void,
  ) {}

  async listWebhooks(): Promise<RemoteWebhook[]> {
    await this.model.step('list');
    const { atTypeform } = this.model;
    const listed = atTypeform ? [{ ...atTypeform }] : [];
    await this.model.step('listed');
    return listed;
  }

  async putWebhook(_form: string, _tag: string, decide: DecidedInTurn<WebhookChange>): Promise<RemoteWebhook | null> {
    let answer: RemoteWebhook | null = null;
    const make = (change: WebhookChange, late: boolean): void => {
      this.model.put(change, late);
      answer = { ...this.model.atTypeform! };
    };
    return (await this.send(decide, make)) === null ? null : answer;
  }

  async deleteWebhook(_form: string, _tag: string, _options: object, decide: DecidedInTurn<true>): Promise<boolean> {
    return (await this.send(decide, () => this.model.delete())) !== null;
  }

  private async send<T>(decide: DecidedInTurn<T>, make: (change: T, late: boolean) => void): Promise<T | null> {
    await this.model.step('turn');
    const change = await decide();
    if (change === null) return null;
    const fate = this.model.nextFate();
    if (fate === 'turn_missed') return null;
    this.model.sent += 1;
    await this.model.step(`sent: ${fate}`);
    if (fate === 'ok' || fate.endsWith('_made')) make(change, false);
    if (fate.endsWith('late')) this.makeLate(() => make(change, true));
    if (fate.startsWith('dies')) {
      this.die();
      this.lapse();
      return NEVER;
    }
    await this.model.step('answer');
    if (fate === 'refused') throw failed('refused');
    if (fate === 'rate_limited') throw failed('rate_limited');
    if (fate !== 'ok') throw failed('timeout');
    return change;
  }

  private makeLate(make: () => void): void {
    this.model.late += 1;
    void this.model.step('takes effect late').then(() => {
      make();
      this.model.late -= 1;
    });
  }

  private lapse(): void {
    const { call } = this.model;
    void this.model.step('lapses').then(() => {
      if (call) call.lapsed = true;
    });
  }
}

function failed(failure: Failure): TypeformError {
  return new TypeformError(failure, { failure, remoteStatus: null, remoteCode: 'MODEL' });
}

/** Waiting costs nothing but its place among the other steps. */
class ModelClock extends Clock {
  private passedMs = 0;

  constructor(private readonly model: Model) {
    super();
  }

  now(): Date {
    return new Date(0);
  }

  override monotonicMs(): number {
    return this.passedMs;
  }

  override async sleep(ms: number): Promise<void> {
    this.passedMs += ms;
    await this.model.step('sleep');
  }
}

/** One replica: the real logic on the shared database and Typeform. `dead` resolves when it dies in the middle of a call. */
export class ModelReplica {
  readonly dead: Promise<void>;
  readonly changes: WebhookChanges;
  private readonly reconciler: FormReconciler;
  private readonly pusher: WebhookPusher;

  constructor(
    private readonly model: Model,
    Store: new (model: Model) => ModelStore = ModelStore,
  ) {
    let die = (): void => undefined;
    this.dead = new Promise((resolve) => (die = resolve));
    const clock = new ModelClock(model);
    const store = new Store(model);
    const api = new ModelTypeform(model, die) as unknown as TypeformApi;
    const config = { encryptionKeys: KEYS, reconcileIntervalSeconds: 60 } as unknown as AppConfig;
    const done = (): Promise<void> => Promise.resolve();
    const followUp = { repaired: done, secretSent: done } as unknown as RepairFollowUp;
    const pusher = (this.pusher = new WebhookPusher(config, api, store, followUp, clock));
    this.changes = new WebhookChanges(config, store, pusher);
    const mappings = { check: () => Promise.resolve() } as unknown as MappingCheck;
    const publicUrl = { value: PUBLIC_URL } as PublicUrl;
    this.reconciler = new FormReconciler(api, store, pusher, followUp, mappings, publicUrl, clock);
  }

  async register(): Promise<void> {
    await this.model.step('register');
    const active = [...this.model.rows.values()].some((row) => row.removedAt === null);
    if (active) return;
    const webhook = newWebhook();
    this.model.rows.set(webhook.id, webhook);
    await this.changes.register({ ...webhook }, AUTHOR);
  }

  async update(change: { url: string } | { enabled: boolean }): Promise<void> {
    const id = await this.activeId();
    const asked = 'url' in change ? { url: `${PUBLIC_URL}/${change.url}/${id}` } : change;
    if (id) await this.changes.update(id, asked, AUTHOR);
  }

  async rotate(overlapHours: number): Promise<void> {
    const id = await this.activeId();
    if (id) await this.changes.rotateSecret(id, seal(KEYS, randomUUID(), id), overlapHours, AUTHOR);
  }

  async remove(): Promise<void> {
    const id = await this.activeId();
    if (id) await this.changes.remove(id, AUTHOR);
  }

  async reconcile(): Promise<void> {
    await this.model.step('reconcile');
    // As the loop does it: a form of which nothing is wanted any more is not looked at.
    if (this.model.wanted() === null) return;
    await this.reconciler.reconcileForm(PLACE.formId, { priority: 'background' }, { force: true });
  }

  /** Somebody else changes Typeform's copy. */
  async tamper(): Promise<void> {
    await this.model.step('tamper');
    this.model.disable();
  }

  /** Somebody else sets another secret there, and its deliveries are noticed. */
  async tamperSecret(): Promise<void> {
    await this.model.step('tamper with the secret');
    if (this.model.atTypeform) this.model.atTypeform.secret = FOREIGN_SECRET;
    await this.notice();
  }

  /** Deliveries whose signature is not of our secret have it sent again. */
  async notice(): Promise<void> {
    if (this.model.atTypeform?.secret !== FOREIGN_SECRET) return;
    await this.model.step('wrong signatures');
    if (this.model.atTypeform?.secret === FOREIGN_SECRET) this.model.suspect();
  }

  /** The encryption keys are rotated. */
  async reseal(): Promise<void> {
    for (const id of [...this.model.rows.keys()]) {
      await this.model.step('reseal');
      this.model.reseal(id);
    }
  }

  /** What is not confirmed is sent again, as ChangeRetries does it. */
  async retry(): Promise<void> {
    await this.model.step('retry');
    const webhook = this.model.wanted();
    if (webhook === null || webhook.refusedRevision === webhook.revision) return;
    await this.pusher.push(PLACE, { kind: 'due' }, { priority: 'background' }, { once: true });
  }

  private async activeId(): Promise<string | undefined> {
    await this.model.step('choose');
    return [...this.model.rows.values()].find((row) => row.removedAt === null)?.id;
  }
}

/** True for what an admin is told when a change is not possible or Typeform did not answer. */
export function isAnswer(error: unknown): error is DomainError {
  return error instanceof DomainError;
}

/** The secret that Typeform should have. */
export function currentSecret(row: Webhook): string {
  return open(KEYS, row.secret, row.id);
}

/** A webhook that Typeform does not have yet. */
export function newWebhook(): Webhook {
  const id = randomUUID();
  return {
    ...PLACE,
    id,
    formTitle: null,
    url: `${PUBLIC_URL}/webhooks/typeform/${id}`,
    enabled: true,
    verifySsl: true,
    eventTypes: { form_response: true },
    secret: seal(KEYS, randomUUID(), id),
    previousSecret: null,
    previousSecretExpiresAt: null,
    removedAt: null,
    revision: 1,
    pushedRevision: 0,
    refusedRevision: null,
    pending: true,
    status: 'missing',
    drift: [],
    observedAt: null,
    problem: null,
    repairHistory: {},
    repairs: 0,
    nextRepairAt: null,
    createdAt: new Date(0),
    updatedAt: new Date(0),
  };
}
