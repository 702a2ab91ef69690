/** What admins look at costs the same however much is stored: each query reads as many pages among four times the rows. */
import { randomUUID } from 'node:crypto';
import { fillTables, type Filled } from './support/filled-tables';
import { pagesRead, StatementLog } from './support/statements';
import { startTestApp, type TestApp } from './support/test-app';

const EVENTS = 20_000;
const MORE = 4;
/** Indexes grow a level, and a page of a list more or less is no growth. */
const TOLERANCE = 1.5;
const SLACK_PAGES = 60;

let app: TestApp;
let log: StatementLog;
beforeAll(async () => {
  // Nothing else may ask the database meanwhile.
  app = await startTestApp({ WORKER_MODE: 'intake', RECONCILE_INTERVAL_SECONDS: '0' });
  log = new StatementLog();
});
afterAll(async () => {
  log.stop();
  await app.stop();
});

/** To find a person, bodies that belong to nobody are read one by one, and texts are searched by parts that many of them share. */
const GROWS_WITH_WHAT_IS_SEARCHED = /status <> 'processed'|payload IS NOT NULL|search_text LIKE/;

/** The pages that the statements behind a GET read, or behind a search for a person. */
async function pagesOf(path: string): Promise<number> {
  log.take();
  const [, person] = /^\/v1\/data-subjects\/search\?(.*)/.exec(path) ?? [];
  const { status } = await (person === undefined
    ? app.admin('get', path)
    : app.admin('post', '/v1/data-subjects/search').send(Object.fromEntries(new URLSearchParams(person))));
  expect({ path, status }).toEqual({ path, status: 200 });
  let pages = 0;
  for (const statement of log.take()) {
    if (person !== undefined && GROWS_WITH_WHAT_IS_SEARCHED.test(statement.sql)) continue;
    if (/^\s*(SELECT|WITH)\b/.test(statement.sql)) pages += await pagesRead(app.database.pool, statement);
  }
  return pages;
}

const cursor = (...position: string[]): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** Paths of the contract's section 4, with filters that many, few or no rows pass. */
function paths({ oldest, middle, event, clientId }: Filled): string[] {
  const old = cursor(oldest, 'z');
  return [
    ...[
      '',
      'status=pending',
      'status=processed',
      'status=dead',
      'status=ignored',
      'status=retrying',
      'status=quarantined',
    ],
    ...['status=dead,retrying', 'status=processed,dead,ignored', 'status=dead,quarantined,ignored&formId=form1'],
    ...[
      'formId=form1',
      'formId=nosuch',
      'formId=form1&status=dead',
      'formId=form3&status=ignored',
      'formId=form3&status=pending',
    ],
    ...[
      `token=${event.token}`,
      'token=nosuch',
      `token=${event.token}&status=dead`,
      `token=${event.token}&formId=${event.formId}`,
    ],
    ...['source=webhook', 'source=backfill', 'source=backfill&formId=form3', 'source=backfill&status=dead'],
    ...[`until=${oldest}`, `since=${middle}`, `until=${middle}&status=dead`, `until=${middle}&source=backfill`],
    ...[`cursor=${old}`, `cursor=${old}&status=dead`, `cursor=${old}&formId=form1`, `cursor=${old}&source=backfill`],
  ]
    .map((query) => `/v1/deliveries?${query}`)
    .concat(
      [
        ...['', 'type=completed', 'type=partial', 'type=partial&formId=form3', 'type=partial&formId=form2'],
        ...['test=true', 'test=false', 'test=all', 'test=true&formId=form3', 'formId=form1', `clientId=${clientId}`],
        ...[`submittedSince=${middle}`, `submittedUntil=${oldest}`, `submittedUntil=${middle}&formId=form1`],
        `cursor=${cursor(oldest, 'z', 'z')}`,
      ].map((query) => `/v1/responses?${query}`),
      [
        'email=person400@example.com',
        'email=nobody@example.com',
        'phone=%2B15550000400',
        'q=lovelace',
        'q=ada%20turing',
        'q=ad',
      ].map((query) => `/v1/clients?${query}`),
      ['q=lovelace', 'q=ad', 'q=hopper&formId=form4'].map((query) => `/v1/responses?${query}`),
      ['', 'conflict=true', 'conflict=false', `cursor=${cursor(oldest, randomUUID())}`].map(
        (query) => `/v1/clients?${query}`,
      ),
      [`/v1/deliveries/${event.eventId}`, `/v1/responses/${event.formId}/${event.token}`, `/v1/clients/${clientId}`],
      [
        '/v1/forms',
        '/v1/forms/form1',
        '/v1/overview',
        '/v1/overview?window=24h',
        '/v1/overview/series?window=24h',
        '/metrics',
      ],
      ['', 'action=client.merged', 'action=webhook.tested', 'actor=rare', 'actor=nosuch'].map(
        (query) => `/v1/audit?${query}`,
      ),
      ['', 'formId=form1', 'status=failed', 'status=running'].map((query) => `/v1/backfills?${query}`),
      ['', 'status=running'].map((query) => `/v1/jobs?${query}`),
      ['', 'formId=form1', `since=${middle}`, `until=${middle}`, `formId=form1&since=${oldest}&until=${middle}`].map(
        (query) => `/v1/completeness?${query}`,
      ),
      ['email=person400@example.com', 'phone=%2B15550000400', 'email=nobody@example.com&phone=%2B15559999999'].map(
        (person) => `/v1/data-subjects/search?${person}`,
      ),
    );
}

it('every list and overview', async () => {
  const few = await fillTables(app.database.pool, 1, EVENTS);
  const before = new Map<string, number>();
  for (const path of paths(few)) before.set(path, await pagesOf(path));
  const many = await fillTables(app.database.pool, EVENTS + 1, EVENTS * MORE);
  const grown: Record<string, string> = {};
  const costs = [...before.values()];
  for (const [index, path] of paths(many).entries()) {
    const [was = 0, is] = [costs[index], await pagesOf(path)];
    if (is > was * TOLERANCE + SLACK_PAGES) grown[path] = `${was} -> ${is} pages`;
  }
  expect(grown).toEqual({});
});
