import { Check, skipped } from '../../check';
import { ClockReading, judgeClocks } from './clock-skew';
import type { PreflightContext } from '../preflight-context';

const CLOCKLESS = 'fix what database.reachable and typeform.api-key report, then run preflight again';

/** Compares our clock with those of the database and Typeform. */
export function clockCheck(context: PreflightContext): Check {
  return {
    id: 'host.clock-skew',
    title: 'clocks agree',
    severity: 'block',
    run: async (signal) => {
      // Whether the two can be reached is reported by other checks.
      const typeform = context.typeform().then((access) => access.readClock(context.clock, signal));
      const readings = await Promise.all(
        [readDatabaseClock(context), typeform].map((clock) => clock.catch(() => null)),
      );
      const read = readings.filter((reading) => reading !== null);
      return read.length > 0
        ? judgeClocks(read)
        : skipped('neither the database nor Typeform could be asked for the time', CLOCKLESS);
    },
  };
}

async function readDatabaseClock(context: PreflightContext): Promise<ClockReading> {
  const database = await context.database();
  // The first query may have to open a connection.
  await database.nowMs();
  const askedAtMs = context.clock.now().getTime();
  const theirMs = await database.nowMs();
  return {
    whose: "the database's clock",
    theirMs,
    askedAtMs,
    heardAtMs: context.clock.now().getTime(),
    precisionMs: 0,
  };
}
