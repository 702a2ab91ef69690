import { Client } from 'pg';

const POLL_MS = 250;
const REPORT_MS = 15_000;
const OPEN = `SELECT count(*)::integer AS open FROM webhook_event WHERE status IN ('pending', 'retrying')`;
/** Looks at the event that became due last: while any is open, one index entry. Counting a backlog takes a tenth of a second of a core. */
const LAST_OPEN = `
  SELECT 1 FROM webhook_event WHERE status IN ('pending', 'retrying') ORDER BY next_attempt_at DESC LIMIT 1`;

/** Waits until no event is left to be processed, with a time limit. It hardly takes processor time. */
export async function waitUntilProcessed(
  databaseUrl: string,
  maxMs: number,
  log: (line: string) => void,
): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    const startedAt = performance.now();
    for (let reportAt = REPORT_MS; ;) {
      if ((await client.query(LAST_OPEN)).rows.length === 0) return;
      const waitedMs = performance.now() - startedAt;
      if (waitedMs > maxMs) return;
      if (waitedMs > reportAt) {
        log(`${await openIn(client)} events left to be processed`);
        reportAt += REPORT_MS;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  });
}

/** How many events are left to be processed. */
export async function countOpen(databaseUrl: string): Promise<number> {
  return withClient(databaseUrl, openIn);
}

async function openIn(client: Client): Promise<number> {
  const { rows } = await client.query<{ open: number }>(OPEN);
  return rows[0]?.open ?? 0;
}

async function withClient<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
