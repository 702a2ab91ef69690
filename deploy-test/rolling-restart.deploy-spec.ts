/** Two replicas of the compiled service behind nginx with deploy/nginx/nginx.conf: each restarted under 200 webhooks a second. */
import { resolve } from 'node:path';
import { run } from './support/tools';

interface Outcome {
  phases: { name: string; sent: number; failed: number; retried: number }[];
  sent: number;
  acknowledged: number;
  failed: number;
  stored: number;
  retried: number;
}

it('a rolling restart fails no webhook, and every acknowledged event is stored once', () => {
  const program = resolve(__dirname, '../bench/dist/bench/rolling-restart.js');
  const { code, stdout, stderr } = run(process.execPath, [program, '--json']);
  if (code === null || stdout === '') throw new Error(stderr);
  const outcome = JSON.parse(stdout) as Outcome;
  const { phases, sent, acknowledged, failed, stored, retried } = outcome;
  expect({ code, failed, acknowledged, stored }).toEqual({ code: 0, failed: 0, acknowledged: sent, stored: sent });
  expect(phases.map(({ name }) => name)).toEqual([
    'both running',
    'restarting replica 1',
    'both running',
    'restarting replica 2',
    'both running',
  ]);
  // Proof that the restarts were in the way of requests, and that nginx led them around.
  expect(sent).toBeGreaterThan(2_000);
  expect(retried).toBeGreaterThan(0);
}, 180_000);
