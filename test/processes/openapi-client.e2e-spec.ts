/** A program that uses every route compiles against the types that anybody generates from the OpenAPI document. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTestApp } from '../support/test-app';

const PROJECT = resolve(__dirname, '../..');

let directory: string;
/** The types of the API, generated as anybody would. */
let schema: string;
/** What the compiler says of the program, and of the same program with types that have one operation more. */
let complaints: string[];
const MISSING = 'program-that-misses-one.mts';
beforeAll(async () => {
  const app = await startTestApp();
  const { text: document } = await app.http.get('/openapi.json').expect(200);
  await app.stop();
  directory = mkdtempSync(join(tmpdir(), 'onboarding-client-'));
  symlinkSync(join(PROJECT, 'node_modules'), join(directory, 'node_modules'));
  const lib = ['es2023', 'dom', 'dom.iterable'];
  const compilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    noUncheckedIndexedAccess: true,
    module: 'nodenext',
    types: [],
    lib,
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.mts', MISSING] }));
  const program = readFileSync(join(PROJECT, 'test/api-client/program.mts'), 'utf8');
  writeFileSync(join(directory, 'program.mts'), program);

  writeFileSync(join(directory, 'openapi.json'), document);
  const generated = await run('openapi-typescript/bin/cli.js', ['openapi.json', '-o', 'schema.d.ts']);
  expect(generated).toMatchObject({ failed: false });
  schema = readFileSync(join(directory, 'schema.d.ts'), 'utf8');

  const operations = 'export interface operations {';
  expect(schema).toContain(operations);
  writeFileSync(
    join(directory, 'invented.d.ts'),
    schema.replace(operations, `${operations}\n    listInventions: operations["listClients"];`),
  );
  expect(program).toContain("'./schema.js'");
  writeFileSync(join(directory, MISSING), program.replaceAll("'./schema.js'", "'./invented.js'"));

  const compiled = await run('typescript/bin/tsc', ['-p', '.']);
  complaints = compiled.output.split('\n').filter((line) => /error TS/.test(line));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (program: string, args: string[]): Promise<{ failed: boolean; output: string }> =>
  new Promise((done) => {
    execFile(
      process.execPath,
      [join(PROJECT, 'node_modules', program), ...args],
      { cwd: directory },
      (error, out, err) => done({ failed: error !== null, output: `${out}${err}` }),
    );
  });

it('a generated client compiles against a program that uses every route, and knows what answers hold', () => {
  expect(complaints.filter((line) => !line.startsWith(MISSING))).toEqual([]);
  // Two empty declarations of the generator itself stand at the margin.
  expect(schema.match(/^\s+.*Record<string, never>.*$/gm)).toBeNull();

  // The published client and the console have the same types: `npm run generate:api` writes them.
  const types = join(PROJECT, 'client/schema.mts');
  if (process.env.GENERATE_API_TYPES) writeFileSync(types, schema);
  const isCurrent = readFileSync(types, 'utf8') === schema;
  expect({ isCurrent, remedy: 'npm run generate:api' }).toEqual({ isCurrent: true, remedy: 'npm run generate:api' });
});

it('an operation that the program does not use is noticed', () => {
  const noticed = complaints.filter((line) => line.startsWith(MISSING));
  expect(noticed).toHaveLength(1);
  expect(noticed[0]).toContain('listInventions');
});
