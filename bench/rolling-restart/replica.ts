import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT } from '../places';

const MAIN = join(PROJECT, 'dist', 'src', 'main.js');
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;
const ASK_EVERY_MS = 100;

/** How long a restart took, in milliseconds. */
export interface Restart {
  stopMs: number;
  startMs: number;
}

/** One compiled service in its own process, stopped and restarted as Kubernetes would. */
export class Replica {
  private child: ChildProcess | null = null;
  private printed = '';

  constructor(
    readonly name: string,
    readonly port: number,
    private readonly managementPort: number,
    private readonly environment: Record<string, string>,
  ) {}

  /** Starts the process and waits until it is ready. Throws with what it printed when it ends or takes too long. */
  async start(): Promise<void> {
    this.printed = '';
    const child = spawn(process.execPath, [MAIN], {
      env: {
        ...this.environment,
        PATH: process.env.PATH,
        PORT: String(this.port),
        MANAGEMENT_PORT: String(this.managementPort),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.printed = (this.printed + chunk.toString()).slice(-4_000)));
    }
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await this.isReady())) {
      const why = child.exitCode === null ? 'is not ready in time' : `ended with ${child.exitCode}`;
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`${this.name} ${why}: ${this.printed}`);
      await delay(ASK_EVERY_MS);
    }
  }

  /** SIGTERM, the exit, a new process, ready. Throws unless the old one ends with code 0 in time. */
  async restart(): Promise<Restart> {
    const signalledAt = performance.now();
    const code = await this.stop();
    if (code !== 0) throw new Error(`${this.name} ended with ${code ?? 'a signal'}: ${this.printed}`);
    const stoppedAt = performance.now();
    await this.start();
    return { stopMs: stoppedAt - signalledAt, startMs: performance.now() - stoppedAt };
  }

  /** Ends the process, by SIGKILL if SIGTERM takes too long, and returns its exit code; null when it was killed. */
  async stop(): Promise<number | null> {
    const child = this.child;
    this.child = null;
    if (child === null || child.exitCode !== null) return child?.exitCode ?? 0;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exit;
    clearTimeout(timer);
    return child.exitCode;
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.managementPort}/health/ready`).catch(() => null);
    await answer?.arrayBuffer();
    return answer?.status === 200;
  }
}
