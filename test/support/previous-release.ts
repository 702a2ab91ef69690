/** The release before this one: which it is, and a copy of it that runs beside this one. */
import { transformFileSync } from '@swc/core';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { version as ownVersion } from '../../package.json';

const PROJECT = resolve(__dirname, '../..');
const SOURCES = ['src', 'migrations', 'ormconfig.ts', 'package.json'];

/** The last schema that was released before there were tags, as noted in deploy/previous-release. */
export const BASELINE = JSON.parse(readFileSync(join(PROJECT, 'deploy/previous-release'), 'utf8')) as {
  version: string;
  commit: string;
  lastMigration: string;
};

export interface Release {
  version: string;
  /** A commit or a tag. */
  revision: string;
}

/** Why there is no history to take a release from: a source archive, or a machine without git. null when there is one. */
export function noHistory(): string | null {
  if (!existsSync(join(PROJECT, '.git'))) return 'this is no git clone';
  return spawnSync('git', ['--version']).error ? 'git is not installed' : null;
}

/** The newest tag `v*` below this commit that is not this version's own; the baseline as long as there is none. */
export function previousRelease(): Release {
  const [tag] = git('tag', '--list', 'v*', '--merged', 'HEAD', '--sort=-version:refname')
    .split('\n')
    .filter((name) => name !== '' && name !== `v${ownVersion}`);
  return tag ? { version: tag.slice(1), revision: tag } : { version: BASELINE.version, revision: BASELINE.commit };
}

/**
 * A compiled copy of a release, with the packages of this checkout: what that release needs and this one no longer does is kept in
 * devDependencies (now `@fastify/helmet` and `@fastify/static`).
 */
export class ReleaseCopy {
  private readonly directory = mkdtempSync(join(tmpdir(), 'onboarding-release-'));
  /** Its `dist/src/main.js`. */
  readonly main = join(this.directory, 'dist/src/main.js');

  /** Throws when the history does not reach back to the release. */
  constructor({ revision }: Release) {
    this.checkOut(revision);
    cpSync(join(this.directory, 'package.json'), join(this.directory, 'dist/package.json'));
    for (const file of readdirSync(this.directory, { recursive: true, encoding: 'utf8' })) {
      if (/^(src|migrations)\/.*\.ts$/.test(file) && !file.endsWith('.spec.ts')) this.compile(file);
    }
    symlinkSync(join(PROJECT, 'node_modules'), join(this.directory, 'node_modules'));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** By an index of its own: the checkout and its index stay as they are. */
  private checkOut(revision: string): void {
    if (spawnSync('git', ['cat-file', '-e', `${revision}^{commit}`], { cwd: PROJECT }).status !== 0) {
      throw new Error(`${revision} is not in this clone: git fetch --unshallow --tags`);
    }
    const environment = { ...process.env, GIT_INDEX_FILE: join(this.directory, 'index') };
    gitWith(environment, 'read-tree', revision);
    const files = gitWith(environment, 'ls-files', ...SOURCES)
      .trimEnd()
      .split('\n');
    gitWith(environment, 'checkout-index', `--prefix=${this.directory}/`, '--', ...files);
  }

  /** Without checking types, which its own CI did: the whole takes a second or two. */
  private compile(file: string): void {
    const target = join(this.directory, 'dist', file.replace(/\.ts$/, '.js'));
    const { code } = transformFileSync(join(this.directory, file), {
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        keepClassNames: true,
      },
      module: { type: 'commonjs' },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}

function git(...args: string[]): string {
  return gitWith(process.env, ...args);
}

function gitWith(env: NodeJS.ProcessEnv, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: PROJECT, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args[0]} failed: ${stderr}`);
  return stdout;
}
