/** The runbook: an entry for every alert and every error, and nothing about what does not exist. */
import type { NewEvent } from '../src/inbox/inbox-append.repository';
import { PROCESSING_ERROR_CODES } from '../src/inbox/inbox-work.repository';
import type { EventOutcome } from '../src/core/event-outcome';
import { FAILURES } from '../src/typeform/typeform-error';
import { WEBHOOK_STATUSES } from '../src/webhook-management/webhook-state';
import { startTestApp, type TestApp } from '../test/support/test-app';
import { anchorOf, readAlerts, readProjectFile } from './support/alert-rules';
import { apiCallsOf, blocksOf, isPath, npmCommandsOf } from './support/commands';
import { metricsOf } from './support/promql';
import { run } from './support/tools';

/** Every `reason` of a delivery: the compiler says when one is missing. */
type Reason = NonNullable<EventOutcome['reason'] | NewEvent['quarantinedFor']> | 'event_id_conflict';
const REASONS: Record<Reason, true> = {
  unknown_event_type: true,
  form_paused: true,
  expired: true,
  superseded: true,
  truncated: true,
  too_old: true,
  in_the_future: true,
  event_id_conflict: true,
};

const runbook = readProjectFile('docs/runbook.md');
const headings = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
const rows = [...runbook.matchAll(/^\| `(\w+)` /gm)].map(([, code = '']) => code);
/** The text below a heading, up to the next one. */
const entryOf = (heading: string): string => runbook.split(`\n### ${heading}\n`)[1]?.split(/\n##/)[0] ?? '';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

describe('has an entry', () => {
  it.each([...readAlerts().map(({ alert }) => alert), ...PROCESSING_ERROR_CODES])(
    'for %s: what it means, how to look, what to do',
    (name) => {
      const entry = entryOf(name);
      expect(entry).toMatch(/\*\*Means\*\*/);
      expect(entry).toMatch(/\*\*Look/);
      expect(entry).toMatch(/\*\*Do\*\*/);
    },
  );

  it.each([...Object.keys(REASONS), ...WEBHOOK_STATUSES, ...FAILURES])('for %s', (code) => {
    expect(rows.filter((row) => row === code)).toHaveLength(1);
  });

  it('for no alert that is gone', () => {
    const named = headings.filter((heading) => heading.startsWith('Onboarding'));
    expect(named.sort()).toEqual(
      readAlerts()
        .map(({ alert }) => alert)
        .sort(),
    );
  });
});

describe('names only what exists', () => {
  it('scripts and operator commands', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> };
    const help = run(process.execPath, ['dist/bundle/cli.js', '--help']).stdout;
    const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, command]) => command);
    const quoted = npmCommandsOf(runbook);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(quoted.map(({ script }) => script)));
    const operator = quoted.filter(({ script }) => script === 'cli').map(({ args }) => args);
    expect(commands).toEqual(expect.arrayContaining(operator.map(([, command]) => command)));
    for (const [, command = '', ...words] of operator) {
      const options = words.filter((word) => word.startsWith('--'));
      if (options.length === 0) continue;
      const offered = run(process.execPath, ['dist/bundle/cli.js', command, '--help']).stdout;
      for (const option of options) expect(offered).toContain(option);
    }
  });

  it('routes of the admin API', async () => {
    const { body } = await app.http.get('/openapi.json').expect(200);
    const paths = Object.entries(body.paths as Record<string, object>);
    const missing = apiCallsOf(runbook).filter(
      ({ method, path }) => !paths.some(([known, methods]) => isPath(path, known) && method.toLowerCase() in methods),
    );
    expect(apiCallsOf(runbook).length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });

  it('metrics', async () => {
    const { text } = await app.http.get('/metrics').expect(200);
    const exposed = new Set([...text.matchAll(/^([a-z_0-9]+)[{ ]/gm)].map(([, name]) => name));
    expect(metricsOf(runbook).filter((metric) => !exposed.has(metric))).toEqual([]);
  });

  it('variables of the configuration', () => {
    const documented = readProjectFile('docs/configuration.md');
    const quoted = runbook.match(/\b(?:[A-Z]+_)+[A-Z]+\b/g)?.filter((name) => name !== 'EVENT_ID') ?? [];
    expect(quoted.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
  });

  it('sections of its own', () => {
    const anchors = headings.map(anchorOf);
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(anchors).toEqual(expect.arrayContaining(links));
  });

  it.each(blocksOf(runbook, 'sql'))('what the database can answer: %s', async (sql) => {
    await app.database.pool.query(sql);
  });
});
