/** Counts log lines at warn and error: "unexpected errors in the log" as a metric. */
import { Counter } from 'prom-client';

const LEVELS = ['warn', 'error'] as const;

/** Not made by the injector: the first lines are written before there is one. */
const lines = new Counter({
  name: 'onboarding_log_lines_total',
  help: 'Lines logged by this process; a fatal one counts as an error',
  labelNames: ['level'],
  // Every series is there from the start, so that a rate over the first error is not lost.
  collect() {
    for (const level of LEVELS) this.inc({ level }, 0);
  },
});

/** Counts one line. */
export function countLogLine(level: (typeof LEVELS)[number]): void {
  lines.inc({ level });
}
