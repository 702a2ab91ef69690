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

/** The figures of an earlier gate, from the file its `--json` was written to. Throws when it cannot be read or is not such a report. */
export function readBaseline(path: string): WindowFigures {
  const text = readText(path);
  try {
    return report.parse(JSON.parse(text)).figures;
  } catch (cause) {
    throw new Error('This file is not a report of gate --json that contains figures.', { cause });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? 'This file does not exist.' : `This file cannot be read (${code}).`, { cause });
  }
}
