/**
 * Whatever admins decide between submissions, processing everything again changes nothing: not who gave what, not what the records
 * say, not the conflicts.
 */
import fc from 'fast-check';
import { forgetRecords } from './support/database';
import { askEmail, askName, askPhone, minutesAgo, newEvent } from './support/events';
import { startTestApp, type TestApp } from './support/test-app';

const FORM = 'decided';
const EMAILS = ['a@example.com', 'b@example.com', 'c@example.com', null, null];
const PHONES = ['+12025550101', '+12025550102', null];
const NAMES = ['Ana Bell', 'Ben Bell', null];
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 13, 42, 45, 64, 66, 70, 71];
const ROUNDS = 5;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => forgetRecords(app.database));

const submission = fc.record({
  email: fc.constantFrom(...EMAILS),
  phone: fc.constantFrom(...PHONES),
  name: fc.constantFrom(...NAMES),
});
/** Clients and responses are picked by the place at which they stand, since ids differ from run to run. */
const decision = fc.record({
  kind: fc.constantFrom('merge', 'split', 'email', 'phone'),
  client: fc.nat(99),
  other: fc.nat(99),
  email: fc.constantFrom('a@example.com', 'new@example.com', 'other@example.com', null, { reset: true }),
  phone: fc.constantFrom('+12025550101', '+12025550103', null, { reset: true }),
});
const round = fc.record({
  submissions: fc.array(submission, { minLength: 3, maxLength: 3 }),
  decision,
});
type Submission = typeof submission extends fc.Arbitrary<infer T> ? T : never;
type Decision = typeof decision extends fc.Arbitrary<infer T> ? T : never;

async function submit({ email, phone, name }: Submission, minutes: number): Promise<void> {
  const questions = [
    ...(email === null ? [] : [askEmail(email)]),
    ...(phone === null ? [] : [askPhone(phone)]),
    ...(name === null ? [] : [askName(name)]),
  ];
  await app.deliver(newEvent({ formId: FORM, questions, submittedAt: minutesAgo(minutes) })).expect(200);
  await app.settled();
}

/** The clients in the order of their oldest responses, each with its responses, the oldest first. */
async function clients(): Promise<{ id: string; tokens: string[] }[]> {
  const { rows } = await app.database.pool.query<{ id: string; tokens: string[] }>(
    `SELECT client_id AS id, array_agg(token ORDER BY submitted_at) AS tokens FROM form_response
      WHERE client_id IS NOT NULL GROUP BY client_id ORDER BY min(submitted_at)`,
  );
  return rows;
}

/** Carries a decision out, and says what became of it. What makes no sense may be refused as a conflict, and nothing else. */
async function decide({ kind, ...picked }: Decision): Promise<string> {
  const known = await clients();
  const at = (index: number) => known[index % known.length] as { id: string; tokens: string[] };
  const { id, tokens } = at(picked.client);
  const path = `/v1/clients/${id}`;
  const token = tokens[picked.other % tokens.length];
  const answers = {
    merge: () => app.admin('post', `${path}/merge`).send({ otherId: at(picked.other).id }),
    split: () => app.admin('post', `${path}/split`).send({ responses: [{ formId: FORM, token }] }),
    email: () => app.admin('patch', path).send({ identifiers: { email: picked.email } }),
    phone: () => app.admin('patch', path).send({ identifiers: { phone: picked.phone } }),
  };
  const { status } = await answers[kind]();
  expect([200, 201, 409]).toContain(status);
  return `${kind} ${status}`;
}

async function outcome(): Promise<unknown> {
  const { rows } = await app.database.pool.query(
    `SELECT client.id, array_agg(token ORDER BY token) AS tokens, client.email, client.phone, client.identifiers, client.conflict
       FROM client LEFT JOIN form_response ON client_id = client.id GROUP BY client.id ORDER BY client.id`,
  );
  return rows;
}

/** The clients whose conflict is not what the responses say. */
async function wrongConflicts(): Promise<string[]> {
  const { rows } = await app.database.pool.query<{ id: string }>(
    `SELECT id FROM client WHERE conflict <> EXISTS (
       SELECT FROM form_response AS own JOIN form_response AS other USING (phone_key)
        WHERE own.client_id = client.id AND other.client_id <> client.id)`,
  );
  return rows.map(({ id }) => id);
}

it.each(SEEDS)('history %d', async (seed) => {
  const [rounds = []] = fc.sample(fc.array(round, { minLength: ROUNDS, maxLength: ROUNDS }), { seed, numRuns: 1 });
  let minutes = 100;
  for (const { submissions, decision: next } of rounds) {
    for (const each of submissions) await submit(each, (minutes -= 1));
    const made = await decide(next);
    expect({ made, wrong: await wrongConflicts() }).toEqual({ made, wrong: [] });
  }
  const before = await outcome();
  await app.admin('post', '/v1/deliveries/replay').send({ formId: FORM }).expect(200);
  await app.settled();
  expect(await outcome()).toEqual(before);
  expect(await wrongConflicts()).toEqual([]);
});
