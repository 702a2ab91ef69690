/** The OpenAPI document describes every route that is served, and the published types know all of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestApp } from './support/test-app';

interface Operation {
  operationId?: string;
  responses: Record<string, { content?: Record<string, unknown> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

let document: Document;
let served: string[];
beforeAll(async () => {
  const app = await startTestApp();
  document = (await app.http.get('/openapi.json').expect(200)).body as Document;
  served = pathsOf(app.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }));
  await app.stop();
});

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

// That they are the same to the letter is checked where a program is compiled against them (processes/openapi-client).
it('the published types have every route and operation', () => {
  const types = readFileSync(join(__dirname, '../client/schema.mts'), 'utf8');
  const names = Object.entries(document.paths).flatMap(([path, methods]) => [
    `"${path}": {`,
    ...Object.values(methods).map(({ operationId }) => `operations["${operationId}"]`),
  ]);
  expect(names.length).toBeGreaterThan(60);
  expect({ missing: names.filter((name) => !types.includes(name)), remedy: 'npm run generate:api' }).toEqual({
    missing: [],
    remedy: 'npm run generate:api',
  });
});
