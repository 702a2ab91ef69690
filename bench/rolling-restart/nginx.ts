import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT } from '../places';

const EXAMPLE = join(PROJECT, 'deploy', 'nginx', 'nginx.conf');
const LISTEN_WITHIN_MS = 10_000;

/** A request that reached nginx. */
export interface Passage {
  /** When it was answered, in milliseconds since 1970. */
  at: number;
  status: number;
  /** How many replicas were asked. */
  tries: number;
}

/** An nginx in the foreground, with deploy/nginx/nginx.conf on loopback addresses and without TLS. */
export class Nginx {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly port: number,
  ) {}

  /** Starts it in front of two replicas. Throws when nginx is missing, with what to install, or does not listen. */
  static async start(port: number, plainPort: number, replicaPorts: readonly [number, number]): Promise<Nginx> {
    const directory = mkdtempSync(join(tmpdir(), 'onboarding-nginx-'));
    chmodSync(directory, 0o755);
    const configuration = join(directory, 'nginx.conf');
    writeFileSync(configuration, exampleFor(directory, port, plainPort, replicaPorts));
    const child = spawn('nginx', ['-p', directory, '-c', configuration, '-e', 'error.log', '-g', 'daemon off;'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const nginx = new Nginx(child, directory, port);
    try {
      await nginx.listens();
      return nginx;
    } catch (error) {
      await nginx.stop();
      throw error;
    }
  }

  /** What it has answered so far. */
  passages(): Passage[] {
    const lines = readFileSync(join(this.directory, 'access.log'), 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => {
      const entry = JSON.parse(line) as Record<'at' | 'status' | 'upstream', string>;
      return { at: Number(entry.at) * 1000, status: Number(entry.status), tries: entry.upstream.split(', ').length };
    });
  }

  async stop(): Promise<void> {
    if (this.child.pid !== undefined && this.child.exitCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await exit;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async listens(): Promise<void> {
    let failure: Error | null = null;
    let printed = '';
    this.child.once('error', (error) => {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      failure = missing ? new Error('nginx is missing: apt-get install nginx-light') : error;
    });
    this.child.once('exit', (code) => (failure ??= new Error(`nginx ended with ${code}: ${printed}`)));
    this.child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const deadline = performance.now() + LISTEN_WITHIN_MS;
    while (!(await answers(this.port))) {
      if (failure) throw failure as Error;
      if (performance.now() > deadline) throw new Error(`nginx does not listen: ${printed}`);
      await delay(50);
    }
  }
}

/** The documented file with its machine-specific lines replaced; throws when one of these lines is missing. */
function exampleFor(directory: string, port: number, plainPort: number, [first, second]: readonly number[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${directory}/${kind};`,
  );
  const replacements: [string | RegExp, string][] = [
    ['/run/nginx.pid', join(directory, 'nginx.pid')],
    ['/var/log/nginx/error.log', join(directory, 'error.log')],
    ['/var/log/nginx/onboarding.log', join(directory, 'access.log')],
    ['http {', ['http {', ...temporary].join('\n')],
    ['10.0.0.11:3000', `127.0.0.1:${first}`],
    ['10.0.0.12:3000', `127.0.0.1:${second}`],
    ['listen 80;', `listen 127.0.0.1:${plainPort};`],
    ['listen 443 ssl;', `listen 127.0.0.1:${port};`],
    [/( *ssl_\w+ .*;\n)+/, ''],
  ];
  return replacements.reduce(
    (text, [from, to]) => {
      const replaced = text.replace(from, to);
      if (replaced === text) throw new Error(`deploy/nginx/nginx.conf has no ${String(from)}`);
      return replaced;
    },
    readFileSync(EXAMPLE, 'utf8'),
  );
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
