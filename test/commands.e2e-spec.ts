/** What all commands have in common, with the compiled program. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI, ServiceProcess } from './support/service-process';

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

it.each(['gate', 'checklist'])('%s shows the default of --window as it is typed', async (command) => {
  const help = bare([command, '--help']);
  expect(await help.exited).toMatchObject({ code: 0 });
  expect(help.stdout.replace(/\s+/g, ' ')).toMatch(/--window <duration> [^-]*\(default: 30m\)/);
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
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('shows given values as set, and nothing as generated in production', async () => {
    const given = bare(['config'], { ADMIN_API_KEY: 'given-admin-key-0123456789-0123456789' });
    expect(await given.exited).toMatchObject({ code: 0 });
    expect(given.stdout).toMatch(/ADMIN_API_KEY +set \(37 characters\)\n/);
    expect(given.stdout).toMatch(/TYPEFORM_API_KEY +not set\n/);
    const production = bare(['config'], { NODE_ENV: 'production' });
    expect(await production.exited).toMatchObject({ code: 78 });
    expect(production.stdout).not.toContain('generated');
  });
});
