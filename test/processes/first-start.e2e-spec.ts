/** What a person sees who types `npm start`: a running service, a key, a command to paste; and the same again the next day. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { deliver, exchange, json } from '../support/sender';
import { takePort } from '../support/free-port';
import { preflight } from '../support/preflight';
import { ServiceData, ServiceProcess } from '../support/service-process';

const data = new ServiceData();
let service: ServiceProcess | undefined;
afterEach(() => service?.kill());
afterAll(() => data.remove());

/** How many people submit the sandbox's form at the first start. */
const SANDBOX_SUBMISSIONS = 3;

describe('the first start', () => {
  it('prints a webhook to paste that becomes a client, and the next start keeps keys and data and adds nobody', async () => {
    service = await start();
    const { url, adminKey, path, signature, body } = readBanner(service.stdout);
    const headers = { 'content-type': 'application/json', 'typeform-signature': signature };
    const answer = await exchange(`${url}${path}`, { method: 'POST', headers, body: Buffer.from(body) });
    expect(answer.status).toBe(200);
    expect(json(answer)).toMatchObject({ status: 'accepted' });
    await clientsAre(service, adminKey, 'ada@example.com', 1 + SANDBOX_SUBMISSIONS);
    expect(statSync(join(data.dataDir, 'keys.json')).mode & 0o777).toBe(0o600);
    expect(await service.stop()).toMatchObject({ code: 0 });
    expect(await data.serverPid()).toBeUndefined();
    expect(service.output).not.toMatch(/\x1b\[/);

    const running = (service = await start());
    const second = readBanner(service.stdout);
    expect(second.adminKey).toBe(adminKey);
    await service.comesTrue(() => /none were added/.test(running.output), 'the demonstration has looked');
    // Its address is another one each time, and the sandbox has forgotten it: nobody is said to have disabled it.
    expect(running.output).toMatch(/Repaired a webhook.*existence/);
    expect(running.output).not.toMatch(/Repaired a webhook.*enabled/);
    await clientsAre(service, adminKey, 'ada@example.com', 1 + SANDBOX_SUBMISSIONS);
    const again = await exchange(`${second.url}${path}`, { method: 'POST', headers, body: Buffer.from(body) });
    expect(json(again)).toMatchObject({ status: 'duplicate' });
    const forged = await deliver(second.url, Buffer.from(body), 'a secret that nobody has generated');
    expect(forged.status).toBe(401);

    // Looks into the running service's database, and leaves it running.
    const database = await preflight({ DATA_DIR: data.dataDir }, '--only', 'database.reachable', 'database.migrations');
    expect(database.report.checks).toMatchObject([{ result: 'pass' }, { result: 'pass' }]);
    expect(await data.serverPid()).toBeDefined();
  });
});

describe('a key that was given', () => {
  const GIVEN = {
    ADMIN_API_KEY: 'given-admin-key-0123456789-0123456789',
    TYPEFORM_WEBHOOK_SECRET: 'given-secret-0123456789',
  };

  it('is not printed; the commands to paste take it from the shell and work', async () => {
    service = await ServiceProcess.start({ DATA_DIR: data.dataDir, ...GIVEN }, { bare: true });
    const { stdout, url } = service;
    for (const secret of Object.values(GIVEN)) expect(service.output).not.toContain(secret);
    expect(stdout).toContain('admin key  ADMIN_API_KEY from the environment');
    expect(stdout).toContain('Stop it with Ctrl-C. Other ports: set PORT, MANAGEMENT_PORT or SANDBOX_PORT.');
    const [send, look] = pasted(stdout, { ADMIN_API_KEY: GIVEN.ADMIN_API_KEY });
    expect(send).toMatchObject({ url: `${url}/webhooks/typeform` });
    expect(await answerOf(send)).toMatchObject({ status: 'accepted' });
    expect(look).toMatchObject({ headers: { authorization: `Bearer ${GIVEN.ADMIN_API_KEY}` } });
    expect(await answerOf(look)).toHaveProperty('items');
  });
});

describe('a port that is in use', () => {
  it('is named with a way out, exit code 1, and leaves no database server behind', async () => {
    const { port, server } = await takePort();
    try {
      service = ServiceProcess.launch({ DATA_DIR: data.dataDir, PORT: String(port) }, { bare: true });
      expect(await service.exited).toMatchObject({ code: 1, signal: null });
      expect(service.stderr).toContain(`port ${port} of 127.0.0.1 is already in use`);
      expect(service.stderr).toContain('set PORT');
      expect(service.stderr).not.toContain('    at ');
      expect(await data.serverPid()).toBeUndefined();
    } finally {
      server.close();
    }
  });
});

function start(): Promise<ServiceProcess> {
  return ServiceProcess.start({ DATA_DIR: data.dataDir }, { bare: true });
}

interface Pasted {
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** The curl commands of the banner, as a shell with these variables runs them. */
function pasted(stdout: string, environment: Record<string, string>): Pasted[] {
  const commands = [...stdout.matchAll(/^ {2}curl (?:.*\\\n)*.*/gm)].map(([command]) => command);
  return commands.map((command) => {
    const script = `curl() { for each; do printf '%s\\0' "$each"; done; }\n${command}`;
    const args = execFileSync('sh', ['-c', script], { env: environment, encoding: 'utf8' }).split('\0');
    const after = (option: string) => args.flatMap((each, at) => (each === option ? [args[at + 1] ?? ''] : []));
    const headers = after('-H').map((line) => line.split(/: (.*)/s, 2) as [string, string]);
    return {
      url: args.find((each) => each.startsWith('http')) ?? '',
      headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
      body: after('--data-binary')[0] ?? after('-d')[0],
    };
  });
}

async function answerOf(command: Pasted | undefined): Promise<unknown> {
  if (!command) throw new Error('there is no such command');
  const { url, headers, body } = command;
  const answer = await exchange(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    body: body === undefined ? undefined : Buffer.from(body),
  });
  return json(answer);
}

/** Reads the output as a person would: the addresses, the key, and the parts of the first curl command. */
function readBanner(stdout: string): Record<'url' | 'adminKey' | 'path' | 'signature' | 'body', string> {
  const part = (pattern: RegExp): string => {
    const found = pattern.exec(stdout)?.[1];
    if (found === undefined) throw new Error(`${pattern.source} is not in:\n${stdout}`);
    return found;
  };
  expect(stdout).toMatch(/probes {5}http\S+\/health\/ready/);
  expect(stdout).toMatch(/console {4}http\S+\/console\//);
  expect(stdout).toMatch(/admin API {2}http\S+\/v1/);
  return {
    url: part(/curl -X POST (http:\/\/127\.0\.0\.1:\d+)\//),
    path: part(/curl -X POST http:\/\/127\.0\.0\.1:\d+(\/\S+)/),
    adminKey: part(/admin key {2}(\S{32,})/),
    signature: part(/Typeform-Signature: (sha256=[^']+)'/),
    body: part(/--data-binary '([^\n]+)'\n/).replaceAll(`'\\''`, `'`),
  };
}

/** Waits until there are so many clients, one with this e-mail; the sandbox adds its own at every start. */
async function clientsAre(running: ServiceProcess, key: string, email: string, count: number): Promise<void> {
  await running.comesTrue(async () => {
    const answer = await running.get('/v1/clients?limit=200', { key });
    expect(answer.status).toBe(200);
    const { items } = json<{ items: { email: string | null }[] }>(answer);
    return items.length === count && items.some((client) => client.email === email);
  }, `there are ${count} clients`);
}
