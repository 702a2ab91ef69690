/** `npm run sbom` and `npm run licences`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { run } from './support/tools';

const PROJECT = resolve(__dirname, '..');

interface Component {
  'bom-ref': string;
  name: string;
  version: string;
  licenses?: { license?: { id?: string; name?: string }; expression?: string }[];
}

let folder: string;
let text: string;
let components: Component[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onboarding-sbom-'));
  const file = join(folder, 'sbom.json');
  const { code, stderr } = script('sbom', file);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  text = readFileSync(file, 'utf8');
  ({ components } = JSON.parse(text) as { components: Component[] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the bill of materials keeps the schema of CycloneDX 1.5', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
  expect(await validator.validate(text)).toBeNull();
  expect(await validator.validate(text.replace('"bomFormat"', '"format"'))).not.toBeNull();
});

it('it names what an installation runs, in the versions of package.json, and no tool of development', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const named = new Set(components.map(({ name, version }) => `${name}@${version}`));
  const missing = Object.entries(dependencies).filter(([name, version]) => !named.has(`${name}@${version}`));
  expect(missing).toEqual([]);
  for (const inConsole of ['react', 'react-dom', '@tanstack/react-router']) {
    expect(named).toContain(`${inConsole}@${devDependencies[inConsole]}`);
  }
  const names = components.map(({ name }) => name);
  for (const tool of ['jest', 'eslint', 'typescript', 'vite', '@types/react']) expect(names).not.toContain(tool);
});

it('it holds no address of a registry and no path of this machine', () => {
  expect(text).not.toMatch(/registry\.|\/node_modules\/.*tgz/);
  expect(text).not.toContain(PROJECT);
});

describe('the licences', () => {
  it('are all allowed', () => {
    expect(script('licences')).toMatchObject({ code: 0, stdout: '' });
  });

  it.each([
    ['GPL-3.0-only', [{ license: { id: 'GPL-3.0-only' } }]],
    ['MIT OR LGPL-3.0-only', [{ expression: 'MIT OR LGPL-3.0-only' }]],
    ['SEE LICENSE IN terms.txt', [{ license: { name: 'SEE LICENSE IN terms.txt' } }]],
    ['none named', undefined],
  ])('%s is not, and the package is named', (licence, licenses) => {
    const file = join(folder, 'other.json');
    writeFileSync(file, JSON.stringify({ components: [...components, { 'bom-ref': 'other@1.0.0', licenses }] }));
    expect(script('licences', file)).toMatchObject({ code: 1, stdout: `other@1.0.0: ${licence}\n` });
  });

  it('an expression of allowed ones is allowed', () => {
    const file = join(folder, 'expression.json');
    writeFileSync(
      file,
      JSON.stringify({ components: [{ licenses: [{ expression: '(MIT OR Apache-2.0) AND ISC' }] }] }),
    );
    expect(script('licences', file)).toMatchObject({ code: 0, stdout: '' });
  });
});

function script(name: string, ...args: string[]) {
  return run(process.execPath, [join(PROJECT, 'scripts', `${name}.mjs`), ...args]);
}
