/** A real OpenID provider in a process of its own: whoever signs in as "a,b" is in the groups a and b. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export const CLIENT_SECRET = 'a-client-secret-of-the-tests';

export class TestIdentityProvider {
  private constructor(
    private readonly process: ChildProcess,
    readonly issuer: string,
  ) {}

  /** Starts it with new signing keys, for a service at an address. */
  static async start(port: number, serviceUrl: string): Promise<TestIdentityProvider> {
    const program = join(__dirname, 'oidc-provider.mjs');
    const child = spawn(process.execPath, [program, String(port), `${serviceUrl}/auth/oidc/callback`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    return new TestIdentityProvider(child, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill();
    await ended;
  }
}
