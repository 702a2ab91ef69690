/** What every WebhookStore must do: the one of the model on which the interleavings run, and the one that runs in production. */
import type { PushState } from '../../src/webhook-management/push-decision';
import type { BegunCall, WebhookStore } from '../../src/webhook-management/webhook-store';
import type { Webhook } from '../../src/webhook-management/webhook.entity';
import { newWebhook, PLACE } from './webhook-model';

/** A store with nothing in it, and what other parts do to its rows. */
export interface StoreUnderTest {
  store: WebhookStore;
  add(webhook: Webhook): Promise<void>;
  row(id: string): Promise<Webhook | undefined>;
  /** Whoever makes the call is gone for certain. */
  lapse(): Promise<void>;
  /** No call of unknown outcome can take effect any more. */
  settle(): Promise<void>;
  suspect(id: string): Promise<void>;
  reseal(id: string): Promise<void>;
}

const AUTHOR = { actor: { id: 'admin', name: 'admin' }, requestId: null };
const EDIT = { action: 'webhook.updated', details: {}, author: AUTHOR } as const;
const DUE = { kind: 'due' } as const;
const IN_SYNC = { status: 'in_sync' as const };

/** Runs every case against the stores that `setUp` makes. */
export function itKeepsTheContract(setUp: () => Promise<StoreUnderTest>): void {
  let under: StoreUnderTest;
  let store: WebhookStore;
  let webhook: Webhook;
  beforeEach(async () => {
    under = await setUp();
    ({ store } = under);
    webhook = newWebhook();
    await under.add(webhook);
  });

  const begin = async (): Promise<BegunCall> => {
    const begun = await store.begin(PLACE, 'put', DUE);
    if (!begun) throw new Error('no call may be sent');
    return begun;
  };
  const state = (): Promise<PushState> => store.state(PLACE);
  const row = () => under.row(webhook.id);
  const edit = (set: Partial<Webhook>) => store.edit(webhook.id, () => ({ set, ...EDIT }));

  it('one call at a time, of the row as it is then; success confirms it', async () => {
    const begun = await begin();
    expect(begun).toMatchObject({ target: PLACE, webhook: { id: webhook.id, revision: 1 }, last: true });
    expect(await state()).toMatchObject({ calls: 1, call: { webhookId: webhook.id, revision: 1, lapsed: false } });
    expect(await store.begin(PLACE, 'put', DUE)).toBeNull();
    expect(await store.succeed(begun, IN_SYNC)).toEqual({ current: true, ended: [] });
    expect(await state()).toMatchObject({ calls: 1, call: null, doubt: null });
    expect(await row()).toMatchObject({ pushedRevision: 1, pending: false, status: 'in_sync' });
    expect(await store.begin(PLACE, 'put', DUE)).toBeNull();
    expect(await store.begin(PLACE, 'put', { kind: 'repair', calls: 0 })).toBeNull();
    expect(await store.begin(PLACE, 'put', { kind: 'repair', calls: 1 })).not.toBeNull();
  });

  it('a withdrawn call was none, but had begun', async () => {
    await store.withdraw(await begin());
    expect(await state()).toMatchObject({ calls: 1, call: null, doubt: null, webhook: { pushedRevision: 0 } });
    await begin();
  });

  it('a change is counted if Typeform is to have something else, and confirmed only at its revision', async () => {
    const begun = await begin();
    const same = await edit({ problem: 'seen' });
    expect(same?.after).toMatchObject({ revision: 1, problem: 'seen' });
    const { before, after } = (await edit({ enabled: false }))!;
    expect([before.revision, after?.revision]).toEqual([1, 2]);
    expect(await store.succeed(begun, { ...IN_SYNC, problem: 'of the past' })).toMatchObject({ current: false });
    expect(await row()).toMatchObject({ revision: 2, pushedRevision: 1, pending: true, problem: 'seen' });
    expect(await store.edit(webhook.id, () => null)).toMatchObject({ before: { revision: 2 }, after: { revision: 2 } });
    let calls = -1;
    await store.edit(webhook.id, (_row, _now, place) => ((calls = place.calls), { set: 'delete', ...EDIT }));
    expect([calls, await row(), await store.edit(webhook.id, () => null)]).toEqual([1, undefined, null]);
  });

  it('a call of unknown outcome is doubted until it cannot take effect; one of the same state does not matter', async () => {
    await store.fail(await begin(), 'unknown', {});
    expect(await state()).toMatchObject({ doubt: { webhookId: webhook.id, revision: 1, over: false } });
    const again = await begin();
    expect(again.last).toBe(false);
    await store.succeed(again, IN_SYNC);
    expect(await row()).toMatchObject({ pushedRevision: 1, pending: false });
    await edit({ enabled: false, pending: true });
    await store.succeed(await begin(), IN_SYNC);
    expect(await row()).toMatchObject({ pushedRevision: 2, pending: true });
    expect(await store.begin(PLACE, 'put', DUE)).toBeNull();
    await under.settle();
    const last = await begin();
    expect(last.last).toBe(true);
    await store.succeed(last, IN_SYNC);
    expect([(await row())?.pending, (await state()).doubt]).toEqual([false, null]);
  });

  it('a failure says whether Typeform certainly has what it had', async () => {
    expect(await store.fail(await begin(), 'unsent', { problem: 'busy' })).toEqual({ current: true, certainAt: 1 });
    expect(await store.fail(await begin(), 'refused', { problem: 'no' })).toEqual({ current: true, certainAt: 2 });
    expect(await row()).toMatchObject({ refusedRevision: 1, problem: 'no', pushedRevision: 0 });
    expect(await store.fail(await begin(), 'unknown', {})).toEqual({ current: true, certainAt: null });
    expect(await store.fail(await begin(), 'refused', {})).toEqual({ current: true, certainAt: null });
    const begun = await begin();
    await edit({ enabled: false });
    expect(await store.fail(begun, 'refused', { problem: 'late' })).toEqual({ current: false, certainAt: null });
    expect(await row()).toMatchObject({ refusedRevision: 1, problem: 'no' });
  });

  it('doubts about different states are about none in particular', async () => {
    await store.fail(await begin(), 'unknown', {});
    await edit({ enabled: false });
    await store.fail(await begin(), 'unknown', {});
    expect((await state()).doubt).toEqual({ webhookId: null, revision: null, over: false });
  });

  it('a lapsed call is taken over and doubted, and its maker is not believed any more', async () => {
    const lapsed = await begin();
    await under.lapse();
    const next = await begin();
    expect(next.last).toBe(false);
    expect(await store.succeed(lapsed, IN_SYNC)).toEqual({ current: false, ended: [] });
    expect(await store.fail(lapsed, 'refused', {})).toEqual({ current: false, certainAt: null });
    expect(await state()).toMatchObject({
      calls: 2,
      doubt: { webhookId: webhook.id, revision: 1 },
      call: { lapsed: false },
    });
    expect(await store.succeed(next, IN_SYNC)).toMatchObject({ current: true });
  });

  it('what was seen counts only if nothing was changed or sent since', async () => {
    await store.succeed(await begin(), IN_SYNC);
    const known = (await row())!;
    await store.observe(known, 0, { problem: 'before the call' });
    await store.observe({ ...known, revision: 7 }, 1, { problem: 'of another revision' });
    expect((await row())?.problem).toBeNull();
    await store.observe(known, 1, { problem: 'seen' });
    expect((await row())?.problem).toBe('seen');
    expect(await store.begin(PLACE, 'put', { kind: 'repair', calls: 1 })).not.toBeNull();
    await store.observe(known, 2, { problem: 'during a call' });
    expect((await row())?.problem).toBe('seen');
  });

  it('a removed webhook is deleted unless another one has its place, whose success settles it', async () => {
    await store.succeed(await begin(), IN_SYNC);
    await edit({ removedAt: new Date(0), pending: true });
    expect(await store.begin(PLACE, 'put', DUE)).toBeNull();
    await store.withdraw((await store.begin(PLACE, 'delete', DUE))!);
    const next = newWebhook();
    await under.add(next);
    const begun = await begin();
    expect(begun.webhook?.id).toBe(next.id);
    await store.succeed(begun, IN_SYNC);
    expect(await row()).toMatchObject({ revision: 2, pushedRevision: 2, pending: false });
    expect((await store.ofForm(PLACE.formId)).map(({ id }) => id).sort()).toEqual([webhook.id, next.id].sort());
  });

  it('a stray is deleted only where nothing of ours is and no call began since it was seen', async () => {
    expect(await store.begin(PLACE, 'delete', { kind: 'stray', calls: 0 })).toBeNull();
    await store.edit(webhook.id, () => ({ set: 'delete', ...EDIT }));
    expect(await store.begin(PLACE, 'delete', { kind: 'stray', calls: 1 })).toBeNull();
    const begun = await store.begin(PLACE, 'delete', { kind: 'stray', calls: 0 });
    expect(begun).toMatchObject({ webhook: null });
    await store.fail(begun!, 'unknown', {});
    expect((await state()).doubt).toMatchObject({ webhookId: null, revision: null });
  });

  it('a suspected secret is sent again, once; a call under way sends it anyhow', async () => {
    const begun = await begin();
    await under.suspect(webhook.id);
    expect((await state()).doubt).toBeNull();
    await store.succeed(begun, IN_SYNC);
    await under.suspect(webhook.id);
    await under.settle();
    expect((await state()).doubt).toEqual({ webhookId: null, revision: null, over: true });
    await store.succeed(await begin(), IN_SYNC);
    expect(await store.begin(PLACE, 'put', DUE)).toBeNull();
  });

  it('a suspected secret is sent again although a call of what was confirmed had once no answer', async () => {
    await store.fail(await begin(), 'unknown', {});
    await store.succeed(await begin(), IN_SYNC);
    await under.suspect(webhook.id);
    expect((await state()).doubt).toEqual({ webhookId: webhook.id, revision: 1, over: false });
    await under.settle();
    expect(await store.begin(PLACE, 'put', DUE)).toBeNull();
    await under.suspect(webhook.id);
    await under.settle();
    expect((await state()).doubt).toEqual({ webhookId: null, revision: null, over: true });
    await store.succeed(await begin(), IN_SYNC);
    expect((await state()).doubt).toBeNull();
  });

  it('what a call has ended is what was on record and is not wanted any more', async () => {
    await store.succeed(await begin(), IN_SYNC);
    const off = { field: 'enabled' as const, desired: true, observed: false };
    const elsewhere = { field: 'url' as const, desired: webhook.url, observed: 'https://example.com/elsewhere' };
    await store.observe((await row())!, 1, { drift: [off, elsewhere] });
    await edit({ url: elsewhere.observed });
    expect(await store.succeed(await begin(), IN_SYNC)).toEqual({ current: true, ended: [off] });
    await store.observe((await row())!, 2, { drift: [off] });
    await edit({ enabled: false });
    expect(await store.succeed(await begin(), IN_SYNC)).toEqual({ current: true, ended: [] });
  });

  it('what a call has ended is ended once, although the webhook was changed meanwhile', async () => {
    await store.succeed(await begin(), IN_SYNC);
    const off = { field: 'enabled' as const, desired: true, observed: false };
    await store.observe((await row())!, 1, { drift: [off] });
    await edit({ verifySsl: false });
    const repair = await begin();
    await edit({ verifySsl: true });
    expect(await store.succeed(repair, IN_SYNC)).toEqual({ current: false, ended: [off] });
    expect(await row()).toMatchObject({ drift: [] });
    expect(await store.succeed(await begin(), IN_SYNC)).toEqual({ current: true, ended: [] });
  });

  it('what is made but disabled is in no doubt, and a refusal of the next call says nothing about it', async () => {
    await store.succeed(await begin(), IN_SYNC);
    await edit({ verifySsl: false });
    const drift = [{ field: 'enabled' as const, desired: true, observed: false }];
    expect(await store.fail(await begin(), 'off', { drift, pushedRevision: 0 })).toEqual({
      current: true,
      certainAt: 2,
    });
    expect(await state()).toMatchObject({ call: null, doubt: null });
    expect(await store.fail(await begin(), 'refused', {})).toEqual({ current: true, certainAt: null });
    expect(await store.succeed(await begin(), IN_SYNC)).toEqual({ current: true, ended: drift });
  });

  it('a disabled state that was made late confirms nothing of the enabled one that is wanted by now', async () => {
    await edit({ enabled: false });
    const late = await begin();
    await edit({ enabled: true });
    await store.succeed(late, IN_SYNC);
    expect(await row()).toMatchObject({ revision: 3, pushedRevision: 0 });
  });

  it('another encryption key changes nothing about what Typeform has', async () => {
    await under.reseal(webhook.id);
    expect(await row()).toMatchObject({ revision: 2, pushedRevision: 0 });
    await store.succeed(await begin(), IN_SYNC);
    const { secret } = (await row())!;
    await under.reseal(webhook.id);
    const resealed = (await row())!;
    expect(resealed).toMatchObject({ revision: 3, pushedRevision: 3, pending: false });
    expect(resealed.secret).not.toBe(secret);
    expect(await store.begin(PLACE, 'put', DUE)).toBeNull();
  });
}
