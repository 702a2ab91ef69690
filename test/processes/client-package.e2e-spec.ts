/** What others write with `typeform-onboarding/client`: it is found by that name, knows the types, and talks to the service. */
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ADMIN_KEY, startTestApp, TestApp } from '../support/test-app';

const PROJECT = resolve(__dirname, '../..');
let app: TestApp;
let directory: string;
beforeAll(async () => {
  execFileSync(process.execPath, [join(PROJECT, 'node_modules/typescript/bin/tsc'), '-p', join(PROJECT, 'client')]);
  app = await startTestApp();
  directory = mkdtempSync(join(tmpdir(), 'onboarding-package-'));
  mkdirSync(join(directory, 'node_modules/@types'), { recursive: true });
  symlinkSync(PROJECT, join(directory, 'node_modules/typeform-onboarding'));
  symlinkSync(join(PROJECT, 'node_modules/@types/node'), join(directory, 'node_modules/@types/node'));
  const compilerOptions = { strict: true, module: 'nodenext', types: ['node'], skipLibCheck: true };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  for (const name of ['by-package-name.mts', 'misuse.mts']) {
    copyFileSync(join(PROJECT, 'test/api-client', name), join(directory, name));
  }
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await app.stop();
});

const run = (args: string[]): Promise<{ failed: boolean; output: string }> =>
  new Promise((done) =>
    execFile(process.execPath, args, { cwd: directory }, (error, out, err) =>
      done({ failed: error !== null, output: `${out}${err}` }),
    ),
  );

it('compiles, refuses what the API does not have, and runs against the service', async () => {
  const compiled = await run([join(PROJECT, 'node_modules/typescript/bin/tsc')]);
  const complaints = compiled.output.split('\n').filter((line) => /error TS/.test(line));
  expect(complaints).toHaveLength(2);
  expect(complaints[0]).toMatch(/^misuse\.mts\(4,/);
  expect(complaints[1]).toMatch(/^misuse\.mts\(5,.*emperor/);
  const ran = await run(['by-package-name.mjs', app.url, ADMIN_KEY]);
  expect(ran).toEqual({ failed: false, output: `${JSON.stringify(['viewer', [], 'forbidden', 'of-a-program'])}\n` });
});
