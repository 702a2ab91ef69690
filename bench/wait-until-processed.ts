import { Client } from 'pg';

const POLL_MS = 250;
const REPORT_MS = 15_000;
const OPEN = `SELECT count(*)::integer AS open FROM webhook_event WHERE status IN ('pending', 'retrying')`;

/** Waits until no event is left to be processed, with a time limit. */
export async function waitUntilProcessed(url: string, maxMs: number, log: (line: string) => void): Promise<void> {
  const startedAt = performance.now();
  for (let reportAt = REPORT_MS; ;) {
    const open = await countOpen(url);
    const waitedMs = performance.now() - startedAt;
    if (open === 0 || waitedMs > maxMs) return;
    if (waitedMs > reportAt) {
      log(`${open} events left to be processed`);
      reportAt += REPORT_MS;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** How many events are left to be processed. */
export async function countOpen(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ open: number }>(OPEN);
    return rows[0]?.open ?? 0;
  } finally {
    await client.end();
  }
}
