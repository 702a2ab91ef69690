import { Check, failed } from '../../check';
import { ClockReading, judgeClocks } from './clock-skew';
import type { PreflightContext } from '../preflight-context';

/** Our clock beside those of the database and of Typeform. */
export function clockCheck(context: PreflightContext): Check {
  return {
    id: 'host.clock-skew',
    title: 'clocks agree',
    severity: 'block',
    run: async (signal) => {
      // What is away is the matter of another check.
      const typeform = context.typeform().then((access) => access.readClock(context.clock, signal));
      const readings = await Promise.all(
        [readDatabaseClock(context), typeform].map((clock) => clock.catch(() => null)),
      );
      const read = readings.filter((reading) => reading !== null);
      return read.length > 0
        ? judgeClocks(read)
        : failed('no other clock could be asked', 'mend database.reachable and typeform.api-key, then run again');
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
