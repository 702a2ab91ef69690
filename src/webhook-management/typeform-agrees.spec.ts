/**
 * Every interleaving of admins, reconcilers and Typeform's answers, on two replicas: when all is quiet, Typeform has exactly what was
 * committed last, and at no moment does it sign with a secret that the intake refuses.
 */
import * as fc from 'fast-check';
import {
  currentSecret,
  type Fate,
  FATES,
  isAnswer,
  Model,
  ModelReplica,
  ModelStore,
  newWebhook,
} from '../../test/support/webhook-model';
import { itKeepsTheContract } from '../../test/support/webhook-store-contract';
import { TypeformError } from '../typeform/typeform-error';
import { nextStep, type Goal, type PushState } from './push-decision';
import type { BegunCall, FailedCall, Succeeded } from './webhook-store';
import type { Webhook } from './webhook.entity';

/** `INTERLEAVINGS=20000` looks longer. */
const RUNS = Number(process.env.INTERLEAVINGS ?? 500);

type Action = { replica: 0 | 1 } & (
  | { kind: 'register' | 'remove' | 'reconcile' | 'retry' | 'tamper' | 'suspect' | 'reseal' }
  | { kind: 'update'; change: { url: string } | { enabled: boolean } }
  | { kind: 'rotate'; overlapHours: number }
);

const replica = fc.constantFrom(0 as const, 1 as const);
/** What admins and the comparisons do, what is repeated by itself, somebody else's doing at Typeform, and other encryption keys. */
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ replica, kind: fc.constant('reconcile' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      replica,
      kind: fc.constant('rotate' as const),
      overlapHours: fc.constantFrom(0, 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      replica,
      kind: fc.constant('update' as const),
      change: fc.oneof(fc.record({ enabled: fc.boolean() }), fc.constant({ url: 'of its own' })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ replica, kind: fc.constantFrom('register', 'remove', 'tamper') }) },
  { weight: 3, arbitrary: fc.record({ replica, kind: fc.constantFrom('retry', 'suspect', 'reseal') }) },
);
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fate>('ok') },
  { weight: 4, arbitrary: fc.constantFrom(...FATES) },
);

type Store = new (model: Model) => ModelStore;

/** Runs interleavings, or the one that `replay` names; how many, and what was found. */
async function explore(
  Store: Store = ModelStore,
  replay: { seed?: number; path?: string } = {},
): Promise<{ runs: number; failed: boolean; byInvariant: boolean; report: string }> {
  const property = fc.asyncProperty(
    fc.scheduler(),
    fc.array(action, { minLength: 1, maxLength: 6 }),
    fc.array(fate, { maxLength: 8 }),
    (scheduler, actions, fates) => holds(scheduler, actions, fates, Store),
  );
  const details = await fc.check(property, { numRuns: RUNS, ...replay, endOnFailure: Store !== ModelStore });
  return {
    runs: details.numRuns,
    failed: details.failed,
    // Any other error, such as that of a store that does not fit any more, finds nothing.
    byInvariant: details.errorInstance instanceof Error && 'matcherResult' in details.errorInstance,
    report: details.failed ? (fc.defaultReportMessage(details) ?? '') : '',
  };
}

async function holds(scheduler: fc.Scheduler, actions: Action[], fates: Fate[], Store: Store): Promise<void> {
  const model = new Model(scheduler, [...fates]);
  const replicas = [new ModelReplica(model, Store), new ModelReplica(model, Store)] as const;
  // Most begins with a webhook that Typeform has.
  await scheduler.waitFor(perform(replicas[0], { replica: 0, kind: 'register' }, '', []));
  const refused: string[] = [];
  const all = actions.map((one, index) => perform(replicas[one.replica], one, `change-${index}`, refused));
  await scheduler.waitFor(Promise.all(all));
  await scheduler.waitIdle();
  const { late, refusedDeliveries, enabledUnseen } = model;
  expect({ late, refused: refusedDeliveries, enabledUnseen }).toEqual({ late: 0, refused: [], enabledUnseen: [] });
  // Quiet: nobody changes anything, everything is answered, and a replica that lives looks twice.
  model.calm();
  const alive = new ModelReplica(model, Store);
  for (let pass = 0; pass < 3; pass += 1) {
    await scheduler.waitFor(alive.notice());
    await scheduler.waitFor(alive.reconcile());
  }
  expectAgreement(model);
  // Whoever is told that a change was refused does not find it in force.
  const { url } = model.atTypeform ?? { url: '' };
  expect(refused.filter((change) => url.includes(`/${change}/`))).toEqual([]);
}

function expectAgreement({ rows, atTypeform, refusedDeliveries, enabledUnseen, unrecorded }: Model): void {
  const active = [...rows.values()].find(({ removedAt }) => removedAt === null);
  expect(atTypeform).toEqual(active ? expect.objectContaining(wantedOf(active)) : null);
  for (const { pending, revision, pushedRevision } of rows.values()) {
    expect({ pending, pushedRevision }).toEqual({ pending: false, pushedRevision: revision });
  }
  expect({ refusedDeliveries, enabledUnseen, unrecorded }).toEqual({
    refusedDeliveries: [],
    enabledUnseen: [],
    unrecorded: false,
  });
}

function wantedOf(webhook: Webhook): object {
  const { url, enabled } = webhook;
  return { url, enabled, secret: currentSecret(webhook) };
}

/** Ends when it is answered, or when its replica dies. `url` is what an update of the address sets. */
async function perform(by: ModelReplica, one: Action, url: string, refused: string[]): Promise<void> {
  const change = one.kind === 'update' ? ('url' in one.change ? { url } : one.change) : null;
  const run = {
    register: () => by.register(),
    remove: () => by.remove(),
    reconcile: () => by.reconcile(),
    retry: () => by.retry(),
    tamper: () => by.tamper(),
    suspect: () => by.tamperSecret(),
    reseal: () => by.reseal(),
    update: () => (change ? by.update(change) : Promise.resolve()),
    rotate: () => (one.kind === 'rotate' ? by.rotate(one.overlapHours) : Promise.resolve()),
  }[one.kind];
  const answered = run().catch((error: unknown) => {
    if (!isAnswer(error)) throw error;
    const said = !(error instanceof TypeformError) || error.failure === 'refused';
    if (error.code === 'typeform_error' && said && change && 'url' in change) refused.push(url);
  });
  await Promise.race([answered, by.dead]);
}

const oneByOne = { schedule: <T>(step: Promise<T>) => step } as unknown as fc.Scheduler;

describe('the store that they run on', () =>
  itKeepsTheContract(() => {
    const model = new Model(oneByOne, []);
    const done = <T>(value: T): Promise<T> => Promise.resolve(value);
    model.late = 1;
    return Promise.resolve({
      store: new ModelStore(model),
      add: (webhook) => done(void model.rows.set(webhook.id, webhook)),
      row: (id) => done(model.rows.get(id)),
      lapse: () => done(void (model.call && (model.call.lapsed = true))),
      settle: () => done(void (model.late = 0)),
      suspect: () => done(model.suspect()),
      reseal: (id) => done(model.reseal(id)),
    });
  }));

it('a refused change is taken back although its secret was sealed with another key meanwhile', () => {
  const made = newWebhook();
  const webhook = { ...made, secret: `anew ${made.secret}`, revision: 2, refusedRevision: 2 };
  const state = { calls: 1, call: null, doubt: null, webhook };
  const goal = { kind: 'made', webhook: made } as const;
  expect(nextStep(state, goal, ({ secret }) => secret.replace('anew ', ''))).toBe('refused');
  expect(nextStep(state, goal, ({ secret }) => secret)).toBe('wait');
});

it('a new secret that Typeform has confirmed stays accepted when its repetition under another key is refused', async () => {
  const model = new Model(oneByOne, ['ok', 'ok', 'refused']);
  /** The encryption keys are rotated while Typeform answers. */
  class SealsAnew extends ModelStore {
    override succeed(begun: BegunCall, seen: Partial<Webhook>): Promise<Succeeded> {
      if (model.sent === 2) model.reseal(begun.webhook?.id ?? '');
      return super.succeed(begun, seen);
    }
  }
  const replica = new ModelReplica(model, SealsAnew);
  await replica.register();
  await expect(replica.rotate(1)).rejects.toMatchObject({ code: 'typeform_error' });
  expect({ sent: model.sent, refusedDeliveries: model.refusedDeliveries }).toEqual({ sent: 4, refusedDeliveries: [] });
  expectAgreement(model);
});

it('Typeform has the last committed revision, and the intake accepts what it signs', async () => {
  const found = await explore();
  expect(found).toEqual({ runs: RUNS, failed: false, byInvariant: false, report: '' });
});

describe('the interleavings are found in which it goes wrong', () => {
  it('when the row is read before the turn to call', async () => {
    class ReadsEarly extends ModelStore {
      private known: Webhook | null = null;

      override async state(): Promise<PushState> {
        const state = await super.state();
        this.known = state.webhook;
        return state;
      }

      override async begin(place: object, step: 'put' | 'delete', goal: Goal): Promise<BegunCall | null> {
        const begun = await super.begin(place, step, goal);
        // What was read earlier is sent, and taken for what is there.
        return (
          begun && {
            ...begun,
            webhook: this.known && begun.webhook && { ...this.known, revision: begun.webhook.revision },
          }
        );
      }
    }
    expect(await explore(ReadsEarly, { seed: 2, path: '151' })).toMatchObject({ failed: true, byInvariant: true });
  });

  it('when a call without an answer counts as not made', async () => {
    class Forgets extends ModelStore {
      override fail(begun: BegunCall, outcome: FailedCall, seen: Partial<Webhook>) {
        return super.fail(begun, outcome === 'unknown' ? 'unsent' : outcome, seen);
      }
    }
    expect(await explore(Forgets, { seed: 1, path: '789' })).toMatchObject({ failed: true, byInvariant: true });
  });

  it('when what is not known to be off is enabled', async () => {
    class EnablesUnseen extends ModelStore {
      override async begin(place: object, step: 'put' | 'delete', goal: Goal): Promise<BegunCall | null> {
        const begun = await super.begin(place, step, goal);
        return begun && { ...begun, webhook: begun.webhook && { ...begun.webhook, pushedRevision: 0 } };
      }
    }
    expect(await explore(EnablesUnseen, { seed: 1, path: '18' })).toMatchObject({ failed: true, byInvariant: true });
  });

  it('when nothing is recorded of what was enabled again', async () => {
    class ForgetsRepairs extends ModelStore {
      override observe(webhook: Webhook, calls: number, seen: Partial<Webhook>): Promise<void> {
        return super.observe(webhook, calls, { ...seen, drift: [] });
      }
    }
    expect(await explore(ForgetsRepairs, { seed: 2, path: '400' })).toMatchObject({ failed: true, byInvariant: true });
  });

  it('when two replicas may call at the same time', async () => {
    class Unlocked extends ModelStore {
      override async state(): Promise<PushState> {
        return { ...(await super.state()), call: null };
      }

      override async begin(place: object, step: 'put' | 'delete', goal: Goal): Promise<BegunCall | null> {
        this.model.call = null;
        return super.begin(place, step, goal);
      }

      override async succeed(begun: BegunCall, seen: Partial<Webhook>): Promise<Succeeded> {
        // Whoever is answered believes it.
        this.model.call = { id: begun.id, webhookId: null, revision: null, lapsed: false };
        return super.succeed(begun, seen);
      }
    }
    expect(await explore(Unlocked, { seed: 1, path: '341' })).toMatchObject({ failed: true, byInvariant: true });
  });
});
