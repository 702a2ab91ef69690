/** Well below Prometheus' own time-out of 10 s: without a database, series are absent but the scrape still succeeds. */
const TIMEOUT_MS = 2_000;

/** The values of gauges at a scrape: one query for all gauges, and never two at the same time. */
export class ScrapeReading<T> {
  private running: Promise<T> | null = null;

  constructor(private readonly query: () => Promise<T>) {}

  /** The result; null when the query fails or takes too long, so that the series is absent rather than stale or zero. */
  async read(): Promise<T | null> {
    // The next scrape waits for a hanging query instead of repeating it: queries would pile up.
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
