/**
 * A page that stays open while things happen does not grow: `BROWSER_SOAK_MINUTES=60 npm run test:browser -- soak`. Deliveries come in all
 * the time; the heap is measured after garbage collection, once everything has warmed up and at the end.
 */
import type { Page } from 'playwright-core';
import { setTimeout as delay } from 'node:timers/promises';
import { newEvent } from '../support/events';
import { ConsoleStand, goTo } from './support/console-stand';

const MINUTES = Number(process.env.BROWSER_SOAK_MINUTES);
/** So many deliveries an interval. */
const BURST = 20;
const INTERVAL_MS = 2_000;
/** Caches and compiled code grow at first. */
const WARM_UP_SHARE = 0.25;
const MOST_GROWTH_BYTES = 3_000_000;

const stand = ConsoleStand.install();

/** What the page holds once nothing is left that could be collected. */
async function measure(page: Page): Promise<{ heap: number; nodes: number; listeners: number }> {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('HeapProfiler.enable');
  for (let round = 0; round < 3; round += 1) await protocol.send('HeapProfiler.collectGarbage');
  const { usedSize } = await protocol.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await protocol.send('Memory.getDOMCounters');
  await protocol.detach();
  return { heap: usedSize, nodes, listeners: jsEventListeners };
}

it(
  `a page that is open for ${MINUTES} minutes with traffic does not grow`,
  async () => {
    expect(MINUTES).toBeGreaterThan(0);
    const page = await stand.openSignedIn();
    const started = Date.now();
    const passed = (): number => (Date.now() - started) / 60_000;
    let delivered = 0;
    /** The traffic, and somebody who looks at one screen after the other. */
    const liveUntil = async (minutes: number): Promise<void> => {
      const screens = ['Deliveries', 'Submissions', 'Clients', 'Home'];
      for (let round = 0; passed() < minutes; round += 1) {
        const events = Array.from({ length: BURST }, () => newEvent({ formId: `soak${round % 5}` }));
        await Promise.all(events.map((event) => stand.app.deliver(event).expect(200)));
        delivered += events.length;
        if (round % 5 === 0) await goTo(page, screens[(round / 5) % screens.length] ?? 'Home');
        await delay(INTERVAL_MS);
      }
      await goTo(page, 'Deliveries');
      await page.locator('tbody tr[tabindex]').first().waitFor();
    };
    await liveUntil(MINUTES * WARM_UP_SHARE);
    const before = await measure(page);
    await liveUntil(MINUTES);
    const after = await measure(page);
    process.stdout.write(`${JSON.stringify({ minutes: passed(), delivered, before, after })}\n`);
    expect(after.heap - before.heap).toBeLessThan(MOST_GROWTH_BYTES);
    expect(after.nodes).toBeLessThan(before.nodes * 1.5);
    expect(after.listeners).toBeLessThan(before.listeners * 1.5);
  },
  (MINUTES + 30) * 60_000,
);
