import { transformFileSync } from '@swc/core';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '../..');

/** Compiles TypeScript files of the project and runs the first of them in a process of its own. Its files go when it ends. */
export function spawnCompiled(files: readonly [string, ...string[]], args: readonly string[]): ChildProcess {
  const directory = mkdtempSync(join(tmpdir(), 'onboarding-program-'));
  for (const file of files) {
    const target = join(directory, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    const { code } = transformFileSync(join(PROJECT, file), {
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
      module: { type: 'commonjs' },
    });
    writeFileSync(target, code);
  }
  const child = spawn(process.execPath, [join(directory, files[0].replace(/\.ts$/, '.js')), ...args], {
    env: { PATH: process.env.PATH, NODE_PATH: join(PROJECT, 'node_modules') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return child;
}
