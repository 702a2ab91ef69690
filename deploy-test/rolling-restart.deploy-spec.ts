/** Two replicas of the compiled service behind nginx with deploy/nginx/nginx.conf: each restarted under 200 webhooks a second. */
import { resolve } from 'node:path';
import { runTool } from './support/tool';

interface Outcome {
  phases: { name: string; sent: number; failed: number; retried: number }[];
  sent: number;
  acknowledged: number;
  failed: number;
  stored: number;
  retried: number;
}

it('a rolling restart fails no webhook, and every acknowledged event is stored once', () => {
  const program = resolve(__dirname, '../dist/bench/rolling-restart.js');
  const { status, stdout, stderr } = runTool(process.execPath, [program, '--json'], { debianPackage: 'nodejs' });
  if (status === null || stdout === '') throw new Error(stderr);
  const outcome = JSON.parse(stdout) as Outcome;
  const { phases, sent, acknowledged, failed, stored, retried } = outcome;
  expect({ status, failed, acknowledged, stored }).toEqual({ status: 0, failed: 0, acknowledged: sent, stored: sent });
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
