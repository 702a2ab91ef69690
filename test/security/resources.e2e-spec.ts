/** What one sender can cost: endless bodies, expensive ones, and connections that take their time. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setInterval as every } from 'node:timers';
import { sign } from '../../src/core/signature';
import { toBody } from '../fixtures/typeform-events';
import { newEvent } from '../support/events';
import { eventually, startTestApp, TestApp, WEBHOOK_SECRET } from '../support/test-app';

const MIB = 1024 * 1024;
/** Slow bodies get 25 s, which only the whole security run waits for. */
const FULL = process.env.FUZZ_RUNS !== undefined;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const open = async (): Promise<Socket> => {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};
const headOf = (headers: Record<string, string>): string => {
  const lines = Object.entries({ host: 'x', 'content-type': 'application/json', ...headers });
  return `POST /webhooks/typeform HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
};
/** What a sender that comes again after a 503 is answered in the end: a machine that is busy enough has a commit take too long. */
const statusOf = async (body: Buffer): Promise<number> => {
  let status = 503;
  await eventually(async () => (status = (await app.deliver(body)).status) !== 503, 'it is answered');
  return status;
};
const WELL_FORMED = sign(WEBHOOK_SECRET, Buffer.alloc(0));

describe('a body of a hundred megabytes', () => {
  it.each<[string, Record<string, string>, (chunk: string) => string]>([
    ['announced', { 'content-length': String(100 * MIB) }, (chunk) => chunk],
    ['in chunks', { 'transfer-encoding': 'chunked' }, (chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`],
  ])('that is %s is refused, and not read to its end', async (_how, headers, framed) => {
    const piece = framed(' '.repeat(64 * 1024));
    const send = async (): Promise<string> => {
      const socket = await open();
      let received = '';
      socket.on('data', (data) => (received += data.toString('latin1')));
      let sent = 0;
      const write = (): void => {
        while (!socket.destroyed && sent < 100 * MIB) {
          sent += piece.length;
          if (!socket.write(piece)) return;
        }
      };
      socket.on('drain', write);
      socket.write(headOf({ 'typeform-signature': WELL_FORMED, ...headers }));
      write();
      await eventually(() => socket.destroyed, 'the connection is closed');
      // What fits into the buffers of both ends beside the limit of 1 MiB.
      expect(sent).toBeLessThan(32 * MIB);
      return received;
    };
    // A connection that is closed while its sender still writes is reset, which may throw away the answer before it is read.
    let answer = '';
    await eventually(async () => (answer = await send()) !== '', 'the answer is read');
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('a signed body made to be expensive', () => {
  const inside = (value: string): Buffer => {
    const event = newEvent({ formId: 'expensive', questions: [] });
    return Buffer.from(toBody(event).toString().replace(/^\{/, `{"expensive":${value},`));
  };
  const repeated = (text: string): string => text.repeat(Math.floor((MIB - 4_096) / text.length));

  it.each<[string, () => string, number]>([
    ['half a million nested arrays', () => `${'['.repeat(500_000)}${']'.repeat(500_000)}`, 200],
    ['a hundred thousand keys', () => `{${Array.from({ length: 90_000 }, (_, n) => `"k${n}":0`).join(',')}}`, 200],
    ['the same key a hundred thousand times', () => `{${repeated('"a":{},')}"a":0}`, 200],
    ['a number of a million digits', () => repeated('9'), 200],
    ['a number beyond all numbers', () => '1e999999999', 200],
    ['a million escapes', () => `"${repeated('\\u0000')}"`, 200],
    ['a million brackets that never close', () => repeated('['), 400],
    ['a text that never closes', () => `"${repeated('a')}`, 400],
  ])('%s: is answered at once, and others are served beside it', async (_what, value, status) => {
    const body = inside(value());
    expect(body.length).toBeLessThanOrEqual(MIB);
    const before = process.cpuUsage();
    expect(await Promise.all([statusOf(body), statusOf(toBody(newEvent({ formId: 'beside' })))])).toEqual([
      status,
      200,
    ]);
    await app.settled();
    const { user, system } = process.cpuUsage(before);
    // Of processor time, which a busy machine does not change much: twenty times what the most expensive of them takes.
    expect((user + system) / 1_000_000).toBeLessThan(20);
  });

  it('each of them that is JSON was processed', async () => {
    const { rows } = await app.database.pool.query(
      `SELECT status, count(*)::integer AS events FROM webhook_event WHERE form_id = 'expensive' GROUP BY status`,
    );
    expect(rows).toEqual([{ status: 'processed', events: 6 }]);
  });
});

describe('a connection that takes its time', () => {
  const SLOW: [string, (n: number) => string][] = [
    ['within the head', () => 'POST /webhooks/typeform HTTP/1.1\r\nhost: x\r\nx-slow: '],
    ['within the body', () => headOf({ 'typeform-signature': WELL_FORMED, 'content-length': '5000' })],
  ];

  it.each(FULL ? SLOW : SLOW.slice(0, 1))('%s is closed, and others are served meanwhile', async (_where, begin) => {
    const slow = await Promise.all(Array.from({ length: 40 }, open));
    const received = slow.map(() => '');
    slow.forEach((socket, n) => {
      socket.on('data', (data) => (received[n] += data.toString('latin1')));
      socket.write(begin(n));
    });
    const dribble = every(() => slow.forEach((socket) => !socket.destroyed && socket.write('a')), 500);
    try {
      await app.deliver(newEvent()).expect(200);
      await app.http.get('/health/live').expect(200);
      await eventually(() => slow.every(({ destroyed }) => destroyed), 'each of them is closed');
      expect(new Set(received.map((text) => text.slice(0, 13)))).toEqual(new Set(['HTTP/1.1 408 ']));
    } finally {
      clearInterval(dribble);
      slow.forEach((socket) => socket.destroy());
    }
  });
});
