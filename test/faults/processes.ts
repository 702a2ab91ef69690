/** What happens to a process of several, and to its clock. */
import { join } from 'node:path';
import { toBody } from '../fixtures/typeform-events';
import { largeEvent } from '../support/events';
import { eventually } from '../support/eventually';
import type { Fault } from '../support/fault';
import { deliver } from '../support/sender';
import { WEBHOOK_SECRET } from '../support/service-process';

const LARGE_BODIES = 6;
const CLOCK = join(__dirname, '../support/settable-clock.js');

export const PROCESSES: readonly Fault[] = [
  {
    name: 'three replicas of mixed modes, two killed',
    onlyInFull: true,
    losesConnections: true,
    happens: async (stand) => {
      const [intake, processor] = await Promise.all([
        stand.startReplica('intake', { WORKER_MODE: 'intake' }),
        stand.startReplica('processor', { WORKER_MODE: 'processor' }),
      ]);
      stand.replicas.push(intake);
      await eventually(
        async () =>
          Number(/^onboarding_webhook_requests_total\S* ([1-9]\d*)$/m.exec((await intake.get('/metrics')).text)?.[1]) >
          0,
        'it takes some in',
      );
      stand.replicas.pop();
      await intake.kill();
      await stand.whileLoading(() => Promise.resolve());
      await processor.kill();
    },
  },
  {
    name: 'the clock two days forward and back',
    onlyInFull: true,
    losesConnections: true,
    happens: async (stand) => {
      await stand.stopService();
      await stand.startService({ NODE_OPTIONS: `--require ${CLOCK}` });
      // Forward, back beyond now, and right again.
      for (let step = 0; step < 3; step += 1) {
        stand.service?.signal('SIGUSR2');
        await stand.recovers();
      }
    },
  },
  {
    name: 'a heap of 96 MB and bodies of 1 MB',
    onlyInFull: true,
    losesConnections: true,
    happens: async (stand) => {
      await stand.stopService();
      await stand.startService({ NODE_OPTIONS: '--max-old-space-size=96' });
      const url = stand.url ?? '';
      const bodies = Array.from({ length: LARGE_BODIES }, () => toBody(largeEvent()));
      await Promise.all(
        bodies.map((body) =>
          eventually(async () => (await deliver(url, body, WEBHOOK_SECRET)).status === 200, 'it is acknowledged'),
        ),
      );
    },
  },
];
