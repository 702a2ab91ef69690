/**
 * Days of random drift, outages, deletions and rotations at ten webhooks of five forms, with two replicas, on a clock that runs fast: a day
 * takes a quarter of a minute, and then as long as the service needs for that day's calls at its real pace. `DAYS` says how many days, `SEED`
 * repeats a run; 30 days take about a quarter of an hour.
 */
import { mostInWindow } from '../../sandbox/api/call-log';
import { Random } from '../../sandbox/random';
import type { FormCompleteness } from '../../src/backfill/completeness/completeness.dto';
import { Account } from '../support/days/account';
import { makeWhole, MISFORTUNES } from '../support/days/misfortunes';
import { eventually } from '../support/eventually';

const DAYS = Number(process.env.DAYS ?? 1);
const SEED = process.env.SEED ?? String(Date.now());
const FORMS = 5;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Simulated seconds in one of a day. */
const SPEED = 5_760;

const random = new Random('days', SEED);
const happened: Record<string, number> = {};
const history: string[] = [];
/** What people have sent, by form. */
const submitted = new Map<string, Set<string>>();
let account: Account;

interface Task {
  atMs: number;
  run: () => unknown;
}

/** Something to be done in the course of a day. */
class Agenda {
  private readonly tasks: Task[] = [];
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly endMs: number) {}

  at(atMs: number, run: () => unknown): void {
    this.tasks.push({ atMs: Math.min(atMs, this.endMs), run });
  }

  /** Begins each task in time; resolves when the last has come to its end. */
  async follow(): Promise<void> {
    for (;;) {
      this.tasks.sort((a, b) => a.atMs - b.atMs);
      const task = this.tasks.shift();
      if (task) {
        await account.clock.reaches(task.atMs);
        const run = Promise.resolve(task.run()).finally(() => this.running.delete(run));
        this.running.add(run);
      } else if (this.running.size > 0) await Promise.race(this.running);
      else return;
    }
  }
}

beforeAll(async () => {
  console.log(`DAYS=${DAYS} SEED=${SEED}`);
  account = await Account.start(SEED, FORMS);
});
afterAll(() => account.end());

it(
  `${DAYS} days: afterwards everything agrees and nothing is lost`,
  async () => {
    const { clock } = account;
    await makeWhole(account);
    for (let day = 1; day <= DAYS; day += 1) {
      const began = performance.now();
      await passDay(clock.nowMs());
      const passed = performance.now();
      await caughtUp();
      const seconds = [passed - began, performance.now() - passed].map((ms) => Math.round(ms / 1000));
      console.log(`day ${day}: ${seconds[0]} s, then ${seconds[1]} s; ${account.calls().length} calls so far`);
    }
    await makeWhole(account);
    await eventually(() => inSync(), 'every webhook is in sync');
    // Retries, the lag of the Responses API, follow-ups and one more daily back-fill.
    await clock.runAt(SPEED);
    await clock.reaches(clock.nowMs() + 30 * HOUR_MS);
    await caughtUp();
    await report();

    expect(await missingTokens()).toEqual([]);
    await expectCompleteness();
    await expectWebhooksInSync();
    expect(await refusedForTheirSecret()).toEqual([]);
    expect(await shortestSpanOfThreeTurnsMs()).toBeGreaterThanOrEqual(1_000);
  },
  60_000 + (DAYS + 4) * 120_000,
);

async function passDay(beganMs: number): Promise<void> {
  const endMs = beganMs + DAY_MS - HOUR_MS;
  const agenda = new Agenda(endMs);
  for (let count = random.integer(6, 14); count > 0; count -= 1) {
    agenda.at(beganMs + random.integer(0, DAY_MS - HOUR_MS), submit);
  }
  for (let count = random.integer(2, 4); count > 0; count -= 1) {
    const name = random.pick(Object.keys(MISFORTUNES));
    const atMs = beganMs + random.integer(0, DAY_MS - 4 * HOUR_MS);
    agenda.at(atMs, async () => {
      happened[name] = (happened[name] ?? 0) + 1;
      history.push(`${new Date(account.clock.nowMs()).toISOString()} ${name}`);
      const ending = await MISFORTUNES[name]?.(account, random);
      if (ending) agenda.at(account.clock.nowMs() + ending.afterMs, ending.end);
    });
  }
  await account.clock.runAt(SPEED);
  await agenda.follow();
  await account.clock.reaches(beganMs + DAY_MS);
  await account.clock.runAt(1);
}

/** Somebody fills in a form; some begin and never end, some deliveries are lost on their way. */
function submit(): void {
  const formId = random.pick(account.formIds);
  const deliver = !random.chance(0.1);
  const partial = random.chance(0.15);
  const views = account.sandbox.control.submit(formId, { count: random.integer(1, 3), deliver, partial });
  if (partial && random.chance(0.5)) return;
  const tokens = submitted.get(formId) ?? new Set<string>();
  submitted.set(formId, tokens);
  for (const { token } of views) {
    if (partial) account.sandbox.control.submit(formId, { token, deliver });
    tokens.add(token);
  }
}

/** Waits until no walk is due and no event is about to be processed. */
async function caughtUp(): Promise<void> {
  await eventually(async () => {
    const now = new Date(account.clock.nowMs());
    const [open] = await account.rows<{ count: number }>(
      `SELECT (SELECT count(*) FROM backfill_run WHERE status = 'running' OR status = 'queued' AND next_attempt_at <= $1)
            + (SELECT count(*) FROM completeness_check WHERE status = 'running' OR status = 'queued' AND next_attempt_at <= $1)
            + (SELECT count(*) FROM webhook_event WHERE status = 'pending') AS count`,
      [now],
    );
    return Number(open?.count) === 0;
  }, 'the service has caught up');
}

async function inSync(): Promise<boolean> {
  const { body } = await account.admin('GET', '/v1/webhooks?limit=200');
  const open = (body.items as { status: string; pending: boolean }[]).filter(({ status }) => status !== 'removed');
  return open.length === account.places.length && open.every(({ status, pending }) => status === 'in_sync' && !pending);
}

async function expectWebhooksInSync(): Promise<void> {
  await account.clock.runAt(1);
  const { status, body } = await account.admin('POST', '/v1/webhooks/reconcile');
  expect({ status, ...body }).toMatchObject({ status: 200, finished: true, differed: [], strays: [] });
  expect(await inSync()).toBe(true);
  const atTypeform = account.sandbox.control.webhooks().map(({ formId, tag, enabled }) => ({ formId, tag, enabled }));
  const wanted = account.places.map((place) => ({ ...place, enabled: true }));
  expect(atTypeform).toHaveLength(wanted.length);
  expect(atTypeform).toEqual(expect.arrayContaining(wanted));
  // Their secrets are ours: what Typeform signs is taken in.
  const views = account.formIds.flatMap((formId) => account.sandbox.control.submit(formId));
  await account.sandbox.control.setClock({ advanceSeconds: 0 });
  for (const { token, deliveryIds } of views) {
    const deliveries = account.sandbox.control.deliveries({ token });
    expect(deliveryIds).toHaveLength(2);
    expect(deliveries.flatMap(({ attempts }) => attempts.map(({ status }) => status))).toEqual([200, 200]);
  }
}

/** What people have sent and what is not here as a complete response. */
async function missingTokens(): Promise<string[]> {
  const rows = await account.rows<{ form_id: string; token: string }>(
    `SELECT form_id, token FROM form_response WHERE response_type = 'completed'`,
  );
  const here = new Set(rows.map(({ form_id, token }) => `${form_id} ${token}`));
  expect(here.size).toBe(rows.length);
  const sent = [...submitted].flatMap(([formId, tokens]) => [...tokens].map((token) => `${formId} ${token}`));
  return sent.filter((each) => !here.has(each));
}

async function expectCompleteness(): Promise<void> {
  await account.clock.runAt(1);
  const asked = await account.admin('POST', '/v1/completeness', {});
  expect(asked.status).toBe(202);
  let items: FormCompleteness[] = [];
  await eventually(async () => {
    items = (await account.admin('GET', '/v1/completeness')).body.items as FormCompleteness[];
    return items.every(({ check }) => check?.status === 'done' || check?.status === 'failed');
  }, 'completeness is checked');
  const found = items.map(({ formId, verdict, missing, failed }) => ({ formId, verdict, missing, failed }));
  const expected = account.formIds.map((formId) => ({ formId, verdict: 'complete', missing: 0, failed: 0 }));
  expect(found).toHaveLength(expected.length);
  expect(found).toEqual(expect.arrayContaining(expected));
}

/** Deliveries that were signed with a secret of ours, to a webhook that was registered then, and answered 401. */
async function refusedForTheirSecret(): Promise<string[]> {
  const rows = await account.rows<{ id: string; removed_at: Date }>(
    'SELECT id, removed_at FROM webhook WHERE removed_at IS NOT NULL',
  );
  const removed = new Map(rows.map(({ id, removed_at }) => [id, removed_at.getTime()]));
  return account.balancer.answered
    .filter(({ path, status, foreign }) => path.startsWith('/webhooks/') && status === 401 && !foreign)
    .filter(({ path, atMs }) => atMs < (removed.get(path.split('/').at(-1) ?? '') ?? Infinity))
    .map(({ path, atMs }) => `${path} at ${new Date(atMs).toISOString()}`);
}

/** In real time: three calls are never sent within a second. How long each takes to arrive is a matter of the machine. */
async function shortestSpanOfThreeTurnsMs(): Promise<number> {
  const rows = await account.rows<{ taken_at: Date }>('SELECT taken_at FROM turn ORDER BY taken_at');
  const turns = rows.map(({ taken_at }) => taken_at.getTime());
  expect(turns.length).toBeGreaterThan(50);
  return Math.min(...turns.slice(2).map((atMs, index) => atMs - (turns[index] ?? 0)));
}

async function report(): Promise<void> {
  const { byStatus } = account.sandbox.control.stats().api;
  const answers: Record<string, number> = {};
  for (const { status, foreign } of account.balancer.answered) {
    const kind = foreign ? `${status} (foreign secret)` : String(status);
    answers[kind] = (answers[kind] ?? 0) + 1;
  }
  const times = account.calls().map(({ atMs }) => atMs);
  const spansMs = times.slice(2).map((atMs, index) => atMs - (times[index] ?? 0));
  const shortestSpansMs = spansMs.sort((a, b) => a - b).slice(0, 12);
  const [counts] = await account.rows(
    `SELECT (SELECT count(*) FROM webhook_event WHERE source = 'webhook') AS delivered,
            (SELECT count(*) FROM webhook_event WHERE source = 'backfill') AS recovered,
            (SELECT count(*) FROM backfill_run) AS backfills, (SELECT count(*) FROM completeness_check) AS checks,
            (SELECT count(*) FROM audit_entry WHERE action = 'webhook.repaired') AS repairs,
            (SELECT count(*) FROM audit_entry WHERE action = 'webhook.secret_rotated') AS rotations`,
  );
  const sent = [...submitted.values()].reduce((sum, tokens) => sum + tokens.size, 0);
  console.log(
    JSON.stringify(
      {
        sent,
        ...counts,
        calls: account.calls().length,
        byStatus,
        mostInASecond: mostInWindow(account.calls()),
        shortestSpansMs,
        answers,
        happened,
        history,
        missing: await missingTokens(),
        refused: await refusedForTheirSecret(),
      },
      null,
      1,
    ),
  );
}
