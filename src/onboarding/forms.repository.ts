/** SQL of onboarding_form: rows that appear by themselves and learn their title and questions from the events. */
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import type { Submission } from '../core/answers';
import type { IdentifierMapping } from '../core/identifiers';
import { decodeCursor } from '../rest/page';
import { FormField, FormStatus, OnboardingForm } from './onboarding-form.entity';

/** What processing needs to know of a form. */
export interface FormState {
  formId: string;
  status: FormStatus;
  identifierMapping: IdentifierMapping;
}

interface FormRow {
  form_id: string;
  title: string | null;
  status: FormStatus;
  identifier_mapping: IdentifierMapping;
  fields: FormField[];
}

const MAX_FIELDS = 1_000;

@Injectable()
export class FormsRepository {
  constructor(@InjectRepository(OnboardingForm) private readonly forms: Repository<OnboardingForm>) {}

  findOne(formId: string): Promise<OnboardingForm | null> {
    return this.forms.findOneBy({ formId });
  }

  /** Up to `limit + 1` forms, the newest first. */
  list(limit: number, cursor: string | undefined): Promise<OnboardingForm[]> {
    const select = this.forms
      .createQueryBuilder('form')
      .orderBy('form.createdAt', 'DESC')
      .addOrderBy('form.formId', 'DESC');
    const after = decodeCursor(cursor, 1);
    if (after) select.where('(form.createdAt, form.formId) < (:at, :id)', { at: after[0], id: after[1] });
    return select.take(limit + 1).getMany();
  }

  /** A form, locked until the transaction of `manager` ends. */
  lock(manager: EntityManager, formId: string): Promise<OnboardingForm | null> {
    return manager.findOne(OnboardingForm, { where: { formId }, lock: { mode: 'pessimistic_write' } });
  }

  /** Writes what an admin changed. */
  async change(manager: EntityManager, formId: string, change: Partial<OnboardingForm>): Promise<void> {
    await manager.update(OnboardingForm, { formId }, change);
  }

  /** Makes sure the forms of these submissions have a row, with the questions and the title seen, and returns them by id. */
  async open(manager: EntityManager, submissions: readonly Submission[], now: Date): Promise<Map<string, FormState>> {
    const seen = collect(submissions);
    if (seen.size === 0) return new Map();
    // Sorted, so that two processors take the row locks in the same order.
    const formIds = [...seen.keys()].sort();
    let rows = await this.select(manager, formIds);
    if (rows.length < formIds.length) {
      await manager.query(
        `INSERT INTO onboarding_form (form_id, created_at, updated_at)
         SELECT form_id, $2, $2 FROM unnest($1::text[]) AS new (form_id)
         ON CONFLICT (form_id) DO NOTHING`,
        [formIds, now],
      );
      rows = await this.select(manager, formIds);
    }
    for (const row of rows) {
      const { title, fields } = seen.get(row.form_id) ?? { title: null, fields: [] };
      const merged = mergeFields(row.fields, fields);
      const newTitle = title ?? row.title;
      if (merged === row.fields && newTitle === row.title) continue;
      await manager.query('UPDATE onboarding_form SET title = $2, fields = $3, updated_at = $4 WHERE form_id = $1', [
        row.form_id,
        newTitle,
        JSON.stringify(merged),
        now,
      ]);
    }
    return new Map(
      rows.map((row) => [
        row.form_id,
        { formId: row.form_id, status: row.status, identifierMapping: row.identifier_mapping },
      ]),
    );
  }

  /** Adds new responses to the counters: form id -> the times of its new responses. One update a form and batch. */
  async count(manager: EntityManager, recorded: ReadonlyMap<string, readonly Date[]>, now: Date): Promise<void> {
    for (const [formId, times] of [...recorded].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const latest = new Date(Math.max(...times.map((time) => time.getTime())));
      await manager.query(
        `UPDATE onboarding_form
            SET response_count = response_count + $2, last_response_at = greatest(last_response_at, $3), updated_at = $4
          WHERE form_id = $1`,
        [formId, times.length, latest, now],
      );
    }
  }

  private select(manager: EntityManager, formIds: string[]): Promise<FormRow[]> {
    return manager.query<FormRow[]>(
      'SELECT form_id, title, status, identifier_mapping, fields FROM onboarding_form WHERE form_id = ANY($1)',
      [formIds],
    );
  }
}

function collect(submissions: readonly Submission[]): Map<string, { title: string | null; fields: FormField[] }> {
  const seen = new Map<string, { title: string | null; fields: FormField[] }>();
  for (const { formId, formTitle, answers } of submissions) {
    const form = seen.get(formId) ?? { title: null, fields: [] };
    const fields = answers.map(({ fieldId, ref, title, fieldType }) => ({ id: fieldId, ref, title, type: fieldType }));
    seen.set(formId, { title: formTitle ?? form.title, fields: [...form.fields, ...fields] });
  }
  return seen;
}

/** Appends questions that are new and takes over changed ones; returns `known` itself when nothing changed. */
function mergeFields(known: FormField[], seen: readonly FormField[]): FormField[] {
  const byId = new Map(known.map((field) => [field.id, field]));
  let changed = false;
  for (const field of seen) {
    const before = byId.get(field.id);
    if (before && before.title === field.title && before.ref === field.ref && before.type === field.type) continue;
    if (!before && byId.size >= MAX_FIELDS) continue;
    // A definition without titles (a legacy or truncated one) does not take away what is known.
    byId.set(field.id, { ...field, title: field.title ?? before?.title ?? null });
    changed = true;
  }
  return changed ? [...byId.values()] : known;
}
