import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { WindowFigures } from './gate-window';

const unknown = z.number().nullable();
const report = z.object({
  figures: z.object({
    seconds: z.number(),
    acknowledged: z.number(),
    failed: z.number(),
    throttled: z.number().default(0),
    wrongSecrets: z.number().default(0),
    ackMs: unknown,
    dead: z.number(),
    memoryGrowthBytes: unknown,
    paceCompliance: unknown,
    pendingEvents: unknown,
    oldestPendingSeconds: unknown,
  }) satisfies z.ZodType<WindowFigures>,
});

/** The figures of an earlier gate, from the file its `--json` was written to. Throws when it is not such a report. */
export function readBaseline(path: string): WindowFigures {
  try {
    return report.parse(JSON.parse(readFileSync(path, 'utf8'))).figures;
  } catch (cause) {
    throw new Error(`${path} is not a report of gate --json that contains figures`, { cause });
  }
}
