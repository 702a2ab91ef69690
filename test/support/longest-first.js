/** The order of the test files: those that take longest begin first. */
const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Files that take long, most of them because they wait: for the pace of calls to Typeform, for leases and time-outs, for a simulated day, for
 * a process to start. Begun first, they wait while the others use the processor; begun last, everybody waits for them.
 */
const LONGEST = [
  'thirty-days',
  'embedded-postgres',
  'backfill',
  'webhook-races',
  'client-assignment',
  'database-as-found',
  'jobs',
  'floods',
  'typeform-account',
  'database-outage',
  'typeform-pace',
  'processor-isolation',
  'webhook-management',
  'shutdown',
  'crash',
  'backfill-after-outage',
  'verify-real-typeform',
  'verify',
  'preflight',
  'checklist',
  'commands',
  'first-start',
  'tracing',
  'small-heap',
  'zero-loss',
  'clock-changes',
  'completeness',
].map((name) => `/${name}.e2e-spec.ts`);

/** The order of Jest (failures of the last run, then what took longest in it, then large files), but with those first. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const found = LONGEST.findIndex((name) => path.endsWith(name));
      return found === -1 ? LONGEST.length : found;
    };
    return super.sort(tests).sort((one, other) => place(one) - place(other));
  }
};
