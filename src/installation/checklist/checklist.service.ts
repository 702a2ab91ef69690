import { Injectable } from '@nestjs/common';
import { ZodError } from 'zod';
import { version } from '../../../package.json';
import { AuditLog, Author } from '../../audit/audit-log';
import type { AuditAction } from '../../audit/audit-action';
import { DomainError } from '../../core/problem';
import { storableText } from '../../core/storable';
import { Clock } from '../../database/clock';
import { setField, sign, unsign } from '../../operations/checklist/checklist-changes';
import { CHECKLIST_LINES } from '../../operations/checklist/checklist-document';
import type { ChecklistLine } from '../../operations/checklist/checklist-line';
import { buildReport, linesOf } from '../../operations/checklist/checklist-report';
import { type ChecklistState, newDeployment } from '../../operations/checklist/checklist-state';
import { ChecklistRepository } from '../../operations/checklist/checklist.repository';
import { goodAnswer, needsAnswer, refusalToSign } from '../../operations/checklist/line-status';
import type { ChecklistLineView, ChecklistView, SignLineBody } from './checklist.dto';

/** A change of the checklist, and what the audit log keeps of it: never who signed, nor what they wrote. */
interface Change {
  line: ChecklistLine;
  action: AuditAction;
  details: object;
  apply: (state: ChecklistState, now: Date) => ChecklistState;
}

/** The checklist of the deployment that was started last: the one that the `checklist` command writes to. */
@Injectable()
export class ChecklistService {
  constructor(
    private readonly checklists: ChecklistRepository,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async get(): Promise<ChecklistView> {
    const now = this.clock.now();
    const kept = await this.readable(() => this.checklists.find('latest'));
    const { title, ok, counts, sections, ...report } = buildReport(kept ?? newDeployment(version, now), now);
    return {
      title,
      ok,
      counts,
      sections,
      version: report.version,
      deployment: kept === null ? null : report.deployment,
      startedAt: kept === null ? null : report.startedAt,
    };
  }

  /**
   * Signs a line; begins the checklist of this version where there is none. Throws `not_found`, `validation_failed` without an answer
   * where none can be assumed, and `conflict` when a check that blocks has failed.
   */
  sign(lineId: string, { by, result, note }: SignLineBody, author: Author): Promise<ChecklistLineView> {
    const line = signable(lineId);
    if (result === undefined && goodAnswer(line) !== 'yes')
      throw new DomainError('validation_failed', needsAnswer(line), {
        errors: [{ path: 'result', message: 'must be no (it has not happened) or yes (it has)' }],
      });
    const signature = {
      by: storableText(by.trim()),
      result: result ?? 'yes',
      note: note?.trim() ? storableText(note.trim()) : null,
    };
    return this.change(author, {
      line,
      action: 'checklist.signed',
      details: { result: signature.result },
      apply: (state, now) => {
        const refusal = refusalToSign(line, state);
        if (refusal !== null) throw new DomainError('conflict', refusal);
        return sign(state, line, signature, now);
      },
    });
  }

  /** Withdraws a signature. Throws `not_found`, also when there is none. */
  async unsign(lineId: string, author: Author): Promise<void> {
    const line = signable(lineId);
    await this.change(author, {
      line,
      action: 'checklist.signature_withdrawn',
      details: {},
      apply: (state, now) => {
        if (!state.lines[line.id]?.signature) throw new DomainError('not_found', `${line.id} is not signed`);
        return unsign(state, line, now);
      },
    });
  }

  /** Fills in a blank; an empty value clears it. Throws `not_found`. */
  fill(lineId: string, value: string, author: Author): Promise<ChecklistLineView> {
    const line = lineOf(lineId);
    const { field } = line;
    if (field === undefined) throw new DomainError('not_found', `${lineId} is no blank to fill in`);
    return this.change(author, {
      line,
      action: 'checklist.blank_filled',
      details: { cleared: value.trim() === '' },
      apply: (state, now) => setField(state, field, storableText(value), now),
    });
  }

  private async change(author: Author, { line, action, details, apply }: Change): Promise<ChecklistLineView> {
    const now = this.clock.now();
    const changed = await this.readable(() =>
      this.checklists.change('latest', async (kept, manager) => {
        const state = apply(kept ?? newDeployment(version, now), now);
        await this.audit.record(manager, { ...author, action, subject: line.id, details });
        return state;
      }),
    );
    const found = linesOf(buildReport(changed, now).sections).find(({ id }) => id === line.id);
    if (!found) throw new Error(`the report has no line ${line.id}`);
    return found;
  }

  private async readable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof ZodError)) throw cause;
      const remedy = 'begin a new one with npm run cli -- checklist start --deployment "<name>" --force';
      throw new DomainError('conflict', `the checklist was written by another version of this service: ${remedy}`, {
        cause,
      });
    }
  }
}

function lineOf(id: string): ChecklistLine {
  const line = CHECKLIST_LINES.find((placed) => placed.line.id === id)?.line;
  if (!line) throw new DomainError('not_found', 'the checklist has no such line');
  return line;
}

function signable(id: string): ChecklistLine {
  const line = lineOf(id);
  if (line.field) throw new DomainError('not_found', `${id} is a blank to fill in, not a line to sign`);
  return line;
}
