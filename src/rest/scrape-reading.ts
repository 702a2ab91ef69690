/** Well below Prometheus' own time-out of 10 s: a database that is away makes series absent, not the whole scrape. */
const TIMEOUT_MS = 2_000;

/** What gauges show when Prometheus asks: one query for all gauges of a scrape, and never two at once. */
export class ScrapeReading<T> {
  private running: Promise<T> | null = null;

  constructor(private readonly query: () => Promise<T>) {}

  /** The result; null when the query fails or takes too long, so that the series is absent rather than stale or zero. */
  async read(): Promise<T | null> {
    // A query that hangs is waited for again by the next scrape, not repeated: they would pile up.
    this.running ??= this.query().finally(() => (this.running = null));
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), TIMEOUT_MS);
    });
    try {
      return await Promise.race([this.running, tooLong]);
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
