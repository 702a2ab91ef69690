/** What all commands have in common, with the compiled program. */
import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { version } from '../../package.json';
import { SUMMARIES } from '../../src/commands/summaries';
import { CLI, MAIN, ServiceData, ServiceProcess } from '../support/service-process';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onboarding-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bare = (args: string[], environment: Record<string, string> = {}) =>
  ServiceProcess.launch({ DATA_DIR: folder, ...environment }, { bare: true, script: CLI, args });

it.each([[['--help']], [['gate', '--help']], [['config']]])(
  'a reader that closes the pipe of %j gets no stack trace',
  async (args) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      env: { PATH: '/usr/bin:/bin', DATA_DIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  },
);

const COMMANDS = resolve(__dirname, '../../src/commands');
const FILES = readdirSync(COMMANDS).filter((file) => file.endsWith('.command.ts'));

/** The commands of a file. The help of one is the same in a process of its own, which takes half a second. */
async function commandsOf(file: string): Promise<Command> {
  const program = new Command('typeform-onboarding').enablePositionalOptions();
  const exported = (await import(join(COMMANDS, file))) as Record<string, (program: Command) => void>;
  for (const add of Object.values(exported)) add(program);
  return program;
}

/** What `--help` of a command or subcommand prints. */
async function helpOf(name = '', subcommand?: string): Promise<string> {
  const [command] = (await commandsOf(`${name}.command.ts`)).commands;
  const asked = subcommand ? command?.commands.find((each) => each.name() === subcommand) : command;
  let help = '';
  // As wide as a command that is piped writes, whatever terminal the tests run in.
  asked?.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 80 }).outputHelp();
  return help;
}

it('--help prints the help of a command, and of a subcommand', async () => {
  for (const command of [['verify'], ['checklist', 'sign']]) {
    const help = bare([...command, '--help']);
    expect(await help.exited).toMatchObject({ code: 0 });
    expect(help.stdout).toBe(await helpOf(...command));
  }
});

it.each(['gate', 'checklist'])('%s shows the default of --window as it is typed', async (command) => {
  expect((await helpOf(command)).replace(/\s+/g, ' ')).toMatch(/--window <duration> [^-]*\(default: 30m\)/);
});

it.each(['checklist', 'checklist start', 'checklist list'])('%s --help shows no default of a flag', async (command) => {
  const help = (await helpOf(...command.split(' '))).replace(/\s+/g, ' ');
  expect(help).toContain('Options: ');
  expect(help).not.toContain('default: false');
});

it.each([
  ['--url <base>', ['verify']],
  ['--since <time>', ['completeness']],
  ['--file <path>', ['sign']],
  ['--deployment <name>', ['checklist', 'start']],
  ['--by <name>', ['checklist', 'sign']],
])('%s is required, and the help says so', async (option, command) => {
  expect(await helpOf(...command)).toMatch(new RegExp(`${option} +required: `));
  const without = bare([...command, ...(option === '--by <name>' ? ['code.review'] : [])]);
  expect(await without.exited).toMatchObject({ code: 2 });
  expect(without.stderr).toContain(`required option '${option}' not specified`);
});

it.each(FILES)('%s: its help says what the exit codes mean', async (file) => {
  expect(await helpOf(file.replace('.command.ts', ''))).toMatch(/Exit codes: 0 .+2 wrong usage/s);
});

it('what completeness --help says besides its options is as wide as these', async () => {
  const own = (await helpOf('completeness')).split('\n').filter((line) => !line.startsWith('  typeform-onboarding '));
  expect(own.filter((line) => line.length > 80)).toEqual([]);
});

it.each([
  [['checklist', 'nope'], "error: unknown command 'nope'"],
  [['help', 'nope'], "error: unknown command 'nope'"],
  [['checklist', 'start', '--deployment', 'x', 'nope'], "error: too many arguments for 'start'"],
  [['checklist', 'set', 'nope', 'text'], "error: 'nope' is not a valid field. Allowed choices are date,"],
  [['gate', '--interval', 'abc'], "argument 'abc' is invalid. Give a time above 0, like 500ms"],
  [['gate', '--interval', '0'], "argument '0' is invalid. Give a time above 0, like 500ms"],
])('%j is a usage error in words for people', async (args, message) => {
  const command = bare(args);
  expect(await command.exited).toMatchObject({ code: 2 });
  expect(command.stderr).toContain(message);
  expect(command.stdout).toBe('');
});

it('checklist --selector without --prometheus is an error, as for gate', async () => {
  const command = bare(['checklist', '--out', join(folder, 'report.md'), '--selector', 'pod="canary"']);
  expect(await command.exited).toMatchObject({ code: 2 });
  expect(command.stderr).toContain('error: --selector needs --prometheus');
});

it.each([
  ['cli --help', CLI, ['--help'], 0, 0.05],
  ['cli help', CLI, ['help'], 0, 0.05],
  ['cli with an unknown command', CLI, ['prefligh'], 2, 0.05],
  ['the service with a wrong configuration', MAIN, [], 78, 0.25],
])('%s loads a small part of the programs', async (_name, program, args, code, part) => {
  const [script, loaded] = [join(folder, 'program.js'), join(folder, 'loaded')];
  writeFileSync(
    script,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(loaded)}, JSON.stringify(Object.keys(require.cache))));
     require(${JSON.stringify(program)});`,
  );
  const run = ServiceProcess.launch({ NODE_ENV: 'production' }, { bare: true, script, args });
  expect(await run.exited).toMatchObject({ code });
  const bundle = dirname(program);
  const bytesOf = (paths: string[]) => paths.reduce((bytes, path) => bytes + statSync(path).size, 0);
  const files = (JSON.parse(readFileSync(loaded, 'utf8')) as string[]).filter((path) => path.startsWith(bundle));
  expect(files).toContain(program);
  const whole = bytesOf(readdirSync(bundle).map((name) => join(bundle, name)));
  expect(bytesOf(files) / whole).toBeLessThan(part);
});

it('the list of commands shows each as it would be shown with its options', async () => {
  const list = bare(['--help']);
  await list.exited;
  const shown = list.stdout.split('Commands:')[1]?.replace(/\s+/g, ' ') ?? '';
  const lines = await Promise.all(
    Object.keys(SUMMARIES).map(async (name) => {
      const own = await commandsOf(`${name}.command.ts`);
      return own.commands.map((command) => `${own.createHelp().subcommandTerm(command)} ${command.description()}`);
    }),
  );
  expect(lines).toHaveLength(FILES.length);
  expect(shown).toContain(lines.flat().join(' '));
});

it.each([
  [['--', 'config'], 'DATA_DIR'],
  [['help', 'config'], 'Usage: typeform-onboarding config'],
  [['--version'], version],
])('%j finds the command', async (args, says) => {
  const command = bare(args);
  expect(await command.exited).toMatchObject({ code: 0 });
  expect(command.stdout).toContain(says);
});

it('without the sandbox, `sandbox` says so; a broken one shows what is broken', async () => {
  const installation = join(folder, 'installation');
  cpSync(dirname(CLI), join(installation, 'dist/bundle'), { recursive: true });
  symlinkSync(resolve(__dirname, '../../node_modules'), join(installation, 'node_modules'));
  const sandbox = async (): Promise<string> => {
    const script = join(installation, 'dist/bundle/cli.js');
    const command = ServiceProcess.launch({}, { bare: true, script, args: ['sandbox'] });
    expect(await command.exited).toMatchObject({ code: 1 });
    return command.stderr;
  };
  expect(await sandbox()).toContain('not part of this installation');
  mkdirSync(join(installation, 'dist/sandbox'));
  writeFileSync(join(installation, 'dist/sandbox/sandbox.js'), `require('a-missing-package');`);
  const broken = await sandbox();
  expect(broken).toContain('a-missing-package');
  expect(broken).not.toContain('not part of this installation');
});

it('commands that start at the same time in a new data directory generate one set of keys', async () => {
  const [count, met] = [3, join(folder, 'met')];
  mkdirSync(met);
  // Each looks for the keys, and goes on when all have seen that there are none.
  const script = join(folder, 'command.js');
  writeFileSync(
    script,
    `const fs = require('node:fs');
     const { existsSync } = fs;
     fs.existsSync = (path) => {
       const there = existsSync(path);
       if (!path.endsWith('keys.json')) return there;
       fs.writeFileSync(${JSON.stringify(met)} + '/' + process.pid, '');
       while (fs.readdirSync(${JSON.stringify(met)}).length < ${count});
       return there;
     };
     require(${JSON.stringify(CLI)});`,
  );
  const data = join(folder, 'data');
  const runs = Array.from({ length: count }, () =>
    ServiceProcess.launch({ DATA_DIR: data }, { bare: true, script, args: ['sign', '--file', script] }),
  );
  for (const run of runs) expect(await run.exited).toMatchObject({ code: 0 });
  expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
  expect(readdirSync(data)).toEqual(['keys.json']);
});

describe('config', () => {
  it('shows generated values as generated, and makes none', async () => {
    const run = bare(['config', '--json']);
    expect(await run.exited).toMatchObject({ code: 0 });
    const { settings } = JSON.parse(run.stdout) as { settings: Record<string, unknown> };
    const generated = `generated (kept in ${join(folder, 'keys.json')})`;
    expect(settings).toMatchObject({
      TYPEFORM_WEBHOOK_SECRET: generated,
      ADMIN_API_KEY: generated,
      ENCRYPTION_KEYS: generated,
      TYPEFORM_API_KEY: null,
      TYPEFORM_API_BASE_URL: expect.stringMatching(/^the sandbox on port \d+$/),
      EMBEDDED_DATABASE: true,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('shows given values as set, and nothing as generated in production', async () => {
    const given = bare(['config'], { ADMIN_API_KEY: 'given-admin-key-0123456789-0123456789' });
    expect(await given.exited).toMatchObject({ code: 0 });
    expect(given.stdout).toMatch(/ADMIN_API_KEY +set \(37 characters\)\n/);
    expect(given.stdout).toMatch(/ HOST +127\.0\.0\.1\n/);
    expect(given.stdout).toMatch(/ PORT +0\n/);
    expect(given.stdout).toContain(`embedded PostgreSQL in ${join(folder, 'postgres')}\n`);
    expect(given.stdout).toMatch(/TYPEFORM_API_KEY +not set: outside production the sandbox stands in for Typeform\n/);
    // What nobody set says what that means.
    expect(given.stdout).not.toMatch(/not set\n/);
    const production = bare(['config'], { NODE_ENV: 'production' });
    expect(await production.exited).toMatchObject({ code: 78 });
    expect(production.stdout).not.toContain('generated');
  });
});

describe('what goes wrong on this machine is said with its remedy', () => {
  it.each([
    ['missing.json', /missing\.json does not exist: name the file with the body, or - to read standard input/],
    ['.', /is a folder: name the file with the body/],
  ])('sign --file %s', async (file, remedy) => {
    const run = bare(['sign', '--secret', 'hush-0123456789-0123456789', '--file', join(folder, file)]);
    expect(await run.exited).toMatchObject({ code: 2 });
    expect(run.stderr).toMatch(remedy);
    expect(run.stderr).not.toMatch(/ENOENT|EISDIR|hush/);
  });

  it.each([
    [['sign', '--secret', '', '--file', __filename], /^error: --secret is empty: is the variable set\?$/m],
    [['sandbox', '--port', 'abc'], /^error: --port must be from 0 to 65535$/m],
    [['sandbox', '--speed', 'abc'], /^error: --speed must be/m],
  ])('%j is a usage error', async (args, message) => {
    const run = bare(args);
    expect(await run.exited).toMatchObject({ code: 2 });
    expect(run.stderr).toMatch(message);
  });

  it('sandbox on a port that is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const run = bare(['sandbox', '--port', String(port)]);
    expect(await run.exited).toMatchObject({ code: 1 });
    server.close();
    expect(run.stderr).toContain(`port ${port} is already in use`);
    expect(run.stderr).toContain('--port');
    expect(run.stderr).not.toContain('EADDRINUSE');
  });

  it('migrate and rotate-keys while a service runs on the embedded database', async () => {
    const data = new ServiceData();
    const environment = { DATA_DIR: data.dataDir };
    const service = await ServiceProcess.start(environment);
    try {
      for (const [command, advice] of [
        ['migrate', 'Outside production it ran the migrations when it started'],
        ['rotate-keys', 'Stop it, run this command with the same DATA_DIR'],
      ] as const) {
        const run = ServiceProcess.command(environment, command);
        expect(await run.exited).toMatchObject({ code: 1 });
        expect(run.stderr).toContain(`the embedded database in ${data.dataDir} belongs to a service that is running`);
        expect(run.stderr).toContain(advice);
        expect(run.stderr).not.toContain('another DATA_DIR');
      }
    } finally {
      await service.stop();
      await data.remove();
    }
  });
});
