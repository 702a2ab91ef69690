/** The whole production checklist (docs/production-checklist.md), in its order. */
import type { ChecklistLine, ChecklistSection, Phase } from './checklist-line';
import { after } from './sections/after';
import { before } from './sections/before';
import { communication } from './sections/communication';
import { deploy } from './sections/deploy';
import { followUp } from './sections/follow-up';
import { gates } from './sections/gates';
import { monitoring } from './sections/monitoring';
import { rollback } from './sections/rollback';
import { signOff } from './sections/sign-off';

export const CHECKLIST_TITLE = 'Production Deployment Checklist';

/** The paragraphs before the document's first section. */
export const CHECKLIST_INTRODUCTION: readonly string[] = [
  '`npm run cli -- checklist --out report.md` runs every check that needs no person and writes this list with the results. Each line names the command that answers it alone; `<base>` is the URL of the service.',
  'A line is passed when all its checks have passed. What could not be checked, or has nothing to check yet, leaves it open until it can be, or until a person signs it. Run it in the environment of production (`NODE_ENV=production`): elsewhere the lines about its variables stay open.',
];

export const CHECKLIST: readonly ChecklistSection[] = [
  before,
  deploy,
  after,
  monitoring,
  gates,
  rollback,
  communication,
  followUp,
  signOff,
];

/** A line and the phase its section belongs to. */
export interface PlacedLine {
  phase: Phase;
  line: ChecklistLine;
}

export const CHECKLIST_LINES: readonly PlacedLine[] = CHECKLIST.flatMap(({ phase, groups }) =>
  groups.flatMap(({ lines }) => lines.map((line) => ({ phase, line }))),
);
