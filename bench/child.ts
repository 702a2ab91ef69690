/** Processes of the benchmark: forked, given one request at a time, ended with the benchmark. */
import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const STOP_TIMEOUT_MS = 5_000;

/** What a child process sends: its answer, or the reason why there is none. */
type Answer = { ok: unknown } | { error: string };

/** A child process that answers one request at a time. */
export class Child {
  private constructor(private readonly process: ChildProcess) {}

  /**
   * Forks a module of this folder, as if in production. Of this process' environment it only gets PATH.
   * Its output is dropped, except for stderr.
   */
  static start(module: string, { execArgv = [] as string[] } = {}): Child {
    const child = fork(join(__dirname, `${module}.js`), [], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production' },
      execArgv,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new Child(child);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Sends a request and waits for its answer. Throws the child's error, or one that says that it died. */
  async ask<T>(request: unknown): Promise<T> {
    const aborter = new AbortController();
    try {
      const answer = once(this.process, 'message', { signal: aborter.signal }) as Promise<[Answer]>;
      const exit = once(this.process, 'exit', { signal: aborter.signal });
      const sent = new Promise<void>((resolve, reject) =>
        this.process.send(request as object, (error) => (error ? reject(error) : resolve())),
      );
      await sent;
      const [message] = await Promise.race([
        answer,
        exit.then(([code]): never => {
          throw new Error(`a process of the benchmark ended with code ${code}`);
        }),
      ]);
      if ('error' in message) throw new Error(message.error);
      return message.ok as T;
    } finally {
      aborter.abort();
    }
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(timer);
  }
}

/** In a child process: answers every request by `handle`, and ends with the parent. */
export function answerParent<Request>(handle: (request: Request) => Promise<unknown>): void {
  process.on('message', (request) => {
    handle(request as Request).then(
      (ok) => process.send?.({ ok }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : 'unknown' }),
    );
  });
  process.on('disconnect', () => process.exit());
}
