import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTestApp } from './support/test-app';

const PROJECT = resolve(__dirname, '..');

interface Operation {
  operationId?: string;
  responses: Record<string, { content?: Record<string, unknown> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

let directory: string;
let document: Document;
let served: string[];
/** The types of the API, generated as anybody would. */
let schema: string;
/** What the compiler says of the program, and of the same program with types that have one operation more. */
let complaints: string[];
const MISSING = 'program-that-misses-one.mts';
beforeAll(async () => {
  const app = await startTestApp();
  document = (await app.http.get('/openapi.json').expect(200)).body as Document;
  served = pathsOf(app.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }));
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

  writeFileSync(join(directory, 'openapi.json'), JSON.stringify(document));
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

/** The URLs among the lines of Fastify's tree of routes. */
function pathsOf(tree: string): string[] {
  const path: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const found = /^(.*?[├└]── )(\S+)( \((\S.*)\))?/.exec(line);
    if (!found) return [];
    const [, indent = '', part = '', methods] = found;
    path.length = indent.length / 4 - 1;
    path.push(part);
    return methods === undefined ? [] : [path.join('')];
  });
}

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

it('every served route is in the document', () => {
  const described = new Set(Object.keys(document.paths).map((path) => path.replace(/\{(\w+)\}/g, ':$1')));
  const own = served.filter((path) => /^\/(v1|health|webhooks)/.test(path));
  expect(own.length).toBeGreaterThan(30);
  expect(own.filter((path) => !described.has(path))).toEqual([]);
});

it('operations have names for people, and every answer names its content', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
  );
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z]+)+$/.test(id ?? ''))).toEqual([]);
  expect(ids).toEqual(expect.arrayContaining(['listDeliveries', 'registerWebhook', 'getClient', 'listApiKeys']));
  for (const { name, responses } of operations) {
    const silent = Object.keys(responses).filter((status) => status !== '204' && !responses[status]?.content);
    expect({ name, silent }).toEqual({ name, silent: [] });
    if (name.startsWith('post /webhooks')) expect(responses).not.toHaveProperty('201');
  }
  expect(Object.keys(document.paths['/health/ready']?.get?.responses ?? {})).toEqual(
    expect.arrayContaining(['200', '503']),
  );
  expect(document.paths['/webhooks/typeform']?.post?.responses).toHaveProperty('200');
});
