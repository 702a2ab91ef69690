/** Which of several hosts is the primary now. */
import { Client } from 'pg';

/** Waiting for a host to connect, and for its answer. */
const PROBE_TIMEOUT_MS = 3_000;

/** Searches under way, by the hosts that are asked. */
const searches = new Map<string, Promise<string>>();

/**
 * Asks all hosts at once and returns the URL of the first that accepts writes. A standby that was promoted is found by the next
 * connection. Throws the last host's error when none of them answers, and SQLSTATE 08001 when those that answer are read-only.
 *
 * Concurrent calls share one search: after a failover every connection is made anew, and a busy server must not be probed by each of them.
 */
export function findPrimary(urls: readonly string[]): Promise<string> {
  const hosts = urls.join(' ');
  const search = searches.get(hosts) ?? searchPrimary(urls).finally(() => searches.delete(hosts));
  searches.set(hosts, search);
  return search;
}

async function searchPrimary(urls: readonly string[]): Promise<string> {
  try {
    return await Promise.any(urls.map(acceptsWrites));
  } catch (error) {
    const { errors } = error as AggregateError;
    throw errors.find((each) => each instanceof ReadOnlyHostError) ?? errors.at(-1);
  }
}

async function acceptsWrites(url: string): Promise<string> {
  const probe = new Client({
    connectionString: url,
    application_name: 'typeform-onboarding-probe',
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
  });
  // The error rejects connect() or query() too; without a listener it would end the process.
  probe.on('error', () => undefined);
  try {
    await probe.connect();
    const { rows } = await probe.query<{ read_only: string }>(
      `SELECT current_setting('transaction_read_only') AS read_only`,
    );
    if (rows[0]?.read_only !== 'off') throw new ReadOnlyHostError();
    return url;
  } finally {
    void probe.end().catch(() => undefined);
  }
}

class ReadOnlyHostError extends Error {
  readonly code = '08001';

  constructor() {
    super('no host of DATABASE_URL accepts writes: name the primary, or promote a standby');
    this.name = 'ReadOnlyHostError';
  }
}
