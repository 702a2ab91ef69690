/** The store that replicas share the counts of their throttles in. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Fault } from '../support/fault';
import { freePort } from '../support/free-port';

const SIGNALS = ['SIGKILL', 'SIGSTOP'] as const;

const FAULTS: readonly Fault[] = SIGNALS.map((signal) => ({
  name: `${signal} of Redis`,
  onlyInFull: true,
  losesConnections: true,
  happens: async (stand) => {
    const port = await freePort();
    const redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
      stdio: 'ignore',
    });
    const ended = once(redis, 'exit');
    try {
      await stand.stopService();
      await stand.startService({ REDIS_URL: `redis://127.0.0.1:${port}` });
      redis.kill(signal);
      await stand.whileLoading(() => Promise.resolve());
    } finally {
      redis.kill('SIGKILL');
      await ended;
    }
  },
}));

/** None where Redis is not installed. */
export const REDIS = spawnSync('redis-server', ['--version']).status === 0 ? FAULTS : [];
