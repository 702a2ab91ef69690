import { Client } from 'pg';

/**
 * Looks up every acknowledged event. Throws when one is missing: a rate is worthless if acknowledged events are lost.
 */
export async function verifyStored(databaseUrl: string, table: string, acknowledged: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ missing: number }>(
      `SELECT count(*)::integer AS missing
         FROM (SELECT unnest($1::text[]) EXCEPT SELECT event_id FROM ${table}) AS missing`,
      [acknowledged],
    );
    const missing = rows[0]?.missing ?? acknowledged.length;
    if (missing > 0) throw new Error(`${missing} of ${acknowledged.length} acknowledged events are not in ${table}`);
  } finally {
    await client.end();
  }
}
