/** What strangers send: no key, no valid signature, as much as the service lets them. */
const MIB = 1024 * 1024;
const WRONG_SIGNATURE = `sha256=${Buffer.alloc(32, 7).toString('base64')}`;
const JSON_TYPE = { 'content-type': 'application/json' };

/** What each connection of an attack sends again and again: as soon as it was answered, or `slow`ly, never to its end. */
export interface Attack {
  name: string;
  connections: number;
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  bodyBytes: number;
  /** Requests that are sent at once. */
  pipelined: number;
  /** The last byte of the body is held back. */
  slow: boolean;
}

const FLOOD = { connections: 64, pipelined: 1, slow: false } as const;
const get = (path: string): Attack => ({
  ...FLOOD,
  name: `GET ${path}`,
  method: 'GET',
  path,
  headers: {},
  bodyBytes: 0,
});
const post = (name: string, path: string, bodyBytes: number, headers: Record<string, string> = {}): Attack => ({
  ...FLOOD,
  name,
  method: 'POST',
  path,
  headers: { ...JSON_TYPE, ...headers },
  bodyBytes,
});
const signed = { 'typeform-signature': WRONG_SIGNATURE };

export const ATTACKS: readonly Attack[] = [
  post('webhooks without a signature', '/webhooks/typeform', 3_500),
  post('webhooks with a wrong signature', '/webhooks/typeform', 3_500, signed),
  { ...get('/v1/clients'), headers: { authorization: 'Bearer a-wrong-key' } },
  get('/nothing'),
  get('/openapi.json'),
  get('/docs'),
  get('/metrics'),
  get('/health/ready'),
  { ...get('/health/live'), name: 'GET /health/live, 10 at once', pipelined: 10 },
  { ...post('webhooks without a signature, 10 at once', '/webhooks/typeform', 10), pipelined: 10 },
  post('1 MiB of JSON without a key', '/v1/webhooks', MIB),
  post('1 MiB without a signature', '/webhooks/typeform', MIB),
  { ...post('600 slow bodies of 1 MiB', '/webhooks/typeform', MIB, signed), connections: 600, slow: true },
  { ...post('600 slow bodies of 16 KiB', '/webhooks/typeform', 16 * 1024, signed), connections: 600, slow: true },
];

/** One request as it goes over the wire. */
export function render({ method, path, headers, bodyBytes, slow }: Attack): Buffer {
  const all = {
    host: 'onboarding.example.com',
    ...headers,
    ...(method === 'POST' ? { 'content-length': bodyBytes } : {}),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.alloc(slow ? bodyBytes - 1 : bodyBytes, 0x20)]);
}
