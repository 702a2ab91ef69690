/** SQL of onboarding_form: rows are created on demand and learn their title and questions from events. */
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import type { Submission } from '../../core/answers';
import type { FormOutline } from '../../core/form-definition';
import { questionsOf } from '../../core/identification/identify';
import type { IdentifierMapping } from '../../core/identifiers';
import { execute, type SqlRunner } from '../../database/sql-runner';
import { decodeCursor } from '../../rest/page';
import type { FormSettings } from './form-plans';
import { FormField, FormStatus, OnboardingForm } from '../onboarding-form.entity';

/** What processing needs to know about a form. */
export interface FormState extends FormSettings {
  formId: string;
  status: FormStatus;
  /** Retention has removed what was submitted before. */
  expiredBefore: Date | null;
  /** The submissions it was opened for have something that its row does not know: {@link FormsRepository.learn}. */
  learns: boolean;
}

/** What a batch adds to a form. */
export interface FormGrowth {
  /** Responses that were not stored before. */
  responses: number;
  /** When its newest version was submitted. */
  newestAt: Date;
}

/** What a form's row knows from submissions. */
interface LearningRow {
  form_id: string;
  title: string | null;
  fields: FormField[];
  hidden_seen: string[];
}

interface FormRow extends LearningRow {
  status: FormStatus;
  identifier_mapping: IdentifierMapping;
  phone_country: string | null;
  definition: FormOutline | null;
  expired_before: Date | null;
}

/** What submissions contained. */
interface Seen {
  title: string | null;
  fields: FormField[];
  hidden: string[];
}

const MAX_FIELDS = 1_000;
const MAX_HIDDEN = 200;

@Injectable()
export class FormsRepository {
  constructor(@InjectRepository(OnboardingForm) private readonly forms: Repository<OnboardingForm>) {}

  findOne(formId: string): Promise<OnboardingForm | null> {
    return this.forms.findOneBy({ formId });
  }

  /** Up to `limit + 1` forms, newest first. */
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

  /** Writes an admin's changes. */
  async change(manager: EntityManager, formId: string, change: Partial<OnboardingForm>): Promise<void> {
    await manager.update(OnboardingForm, { formId }, change);
  }

  /**
   * Makes sure the forms of these submissions have a row and returns them by id. Locks no row that is there: it would stay locked while
   * the batch waits for keys, which another batch may hold that waits for the row.
   */
  async open(sql: SqlRunner, submissions: readonly Submission[], now: Date): Promise<Map<string, FormState>> {
    const seen = collect(submissions);
    if (seen.size === 0) return new Map();
    // Sorted, so that two processors wait for each other's inserts in one direction only.
    const formIds = [...seen.keys()].sort();
    let rows = await this.select(sql, formIds);
    if (rows.length < formIds.length) {
      await execute(
        sql,
        `INSERT INTO onboarding_form (form_id, created_at, updated_at)
         SELECT form_id, $2, $2 FROM unnest($1::text[]) AS new (form_id)
         ON CONFLICT (form_id) DO NOTHING`,
        [formIds, now],
      );
      rows = await this.select(sql, formIds);
    }
    return new Map(rows.map((row) => [row.form_id, toState(row, seen.get(row.form_id))]));
  }

  /**
   * Adds the title and the questions of submissions to their forms. The rows are locked in order of their ids, together with those of
   * `counted`, which the caller is about to change as well. Call it last, when nothing else is waited for.
   */
  async learn(
    sql: SqlRunner,
    submissions: readonly Submission[],
    counted: readonly string[],
    now: Date,
  ): Promise<void> {
    const seen = collect(submissions);
    if (seen.size === 0) return;
    const rows = await sql.query<LearningRow[]>(
      `SELECT form_id, title, fields, hidden_seen FROM onboarding_form WHERE form_id = ANY($1) ORDER BY form_id FOR UPDATE`,
      [[...seen.keys(), ...counted]],
    );
    const changed = rows.flatMap((row) => learned(row, seen.get(row.form_id)) ?? []);
    if (changed.length === 0) return;
    await execute(
      sql,
      `UPDATE onboarding_form AS form
          SET title = changed.title, fields = changed.fields::jsonb, hidden_seen = changed.hidden_seen::jsonb, updated_at = $5
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS changed (form_id, title, fields, hidden_seen)
        WHERE form.form_id = changed.form_id`,
      [
        changed.map((row) => row.form_id),
        changed.map(({ title }) => title),
        changed.map(({ fields }) => JSON.stringify(fields)),
        changed.map((row) => JSON.stringify(row.hidden_seen)),
        now,
      ],
    );
  }

  /** Adds what a batch brought to the counters, by form id. */
  async count(sql: SqlRunner, growth: ReadonlyMap<string, FormGrowth>, now: Date): Promise<void> {
    if (growth.size === 0) return;
    // Locked in order of their ids, so that two processors cannot wait for each other.
    const forms = [...growth].sort(([a], [b]) => (a < b ? -1 : 1));
    await execute(
      sql,
      `WITH added AS (SELECT * FROM unnest($1::text[], $2::integer[], $3::timestamptz[]) AS added (form_id, responses, newest)),
            locked AS (SELECT form_id FROM onboarding_form WHERE form_id = ANY($1) ORDER BY form_id FOR UPDATE)
       UPDATE onboarding_form AS form
          SET response_count = response_count + added.responses, last_response_at = greatest(last_response_at, added.newest),
              updated_at = $4
         FROM added JOIN locked USING (form_id)
        WHERE form.form_id = added.form_id
          AND (added.responses > 0 OR last_response_at IS NULL OR added.newest > last_response_at)`,
      [
        forms.map(([formId]) => formId),
        forms.map(([, { responses }]) => responses),
        forms.map(([, { newestAt }]) => newestAt),
        now,
      ],
    );
  }

  private select(sql: SqlRunner, formIds: string[]): Promise<FormRow[]> {
    return sql.query<FormRow[]>(
      `SELECT form_id, title, status, identifier_mapping, phone_country, definition, expired_before, fields, hidden_seen
         FROM onboarding_form WHERE form_id = ANY($1)`,
      [formIds],
    );
  }
}

function toState(row: FormRow, seen: Seen | undefined): FormState {
  return {
    formId: row.form_id,
    learns: learned(row, seen) !== null,
    status: row.status,
    expiredBefore: row.expired_before,
    definition: row.definition,
    identifierMapping: row.identifier_mapping,
    phoneCountry: row.phone_country,
  };
}

function collect(submissions: readonly Submission[]): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const submission of submissions) {
    const form = seen.get(submission.formId) ?? { title: null, fields: [], hidden: [] };
    seen.set(submission.formId, form);
    form.title = submission.formTitle ?? form.title;
    for (const question of questionsOf(submission)) form.fields.push(question);
    form.hidden.push(...Object.keys(submission.hidden));
  }
  return seen;
}

/** The row with what was seen; null when it knows all of it. */
function learned(row: LearningRow, seen: Seen | undefined): LearningRow | null {
  if (!seen) return null;
  const { form_id, fields, hidden_seen } = row;
  const next = {
    form_id,
    title: seen.title ?? row.title,
    fields: mergeFields(fields, seen.fields),
    hidden_seen: mergeNames(hidden_seen, seen.hidden),
  };
  const same = next.title === row.title && next.fields === fields && next.hidden_seen === hidden_seen;
  return same ? null : next;
}

/** Appends names that are new; returns `known` itself when there are none. */
function mergeNames(known: string[], seen: readonly string[]): string[] {
  const names = new Set(known);
  for (const name of seen) if (names.size < MAX_HIDDEN) names.add(name);
  return names.size === known.length ? known : [...names];
}

/** Appends new questions and adopts changed ones; returns `known` itself when nothing changed. */
function mergeFields(known: FormField[], seen: readonly FormField[]): FormField[] {
  const byId = new Map(known.map((field) => [field.id, field]));
  let changed = false;
  for (const field of seen) {
    const before = byId.get(field.id);
    if (before && before.title === field.title && before.ref === field.ref && before.type === field.type) continue;
    if (!before && byId.size >= MAX_FIELDS) continue;
    // A definition without titles (a legacy or truncated one) does not erase known ones.
    byId.set(field.id, { ...field, title: field.title ?? before?.title ?? null });
    changed = true;
  }
  return changed ? [...byId.values()] : known;
}
