/** SQL of form definitions. */
import { Injectable } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import type { FormOutline } from '../../core/form-definition';
import type { MappingProblem } from '../../core/identification/mapping-problems';
import type { IdentifierMapping } from '../../core/identifiers';

@Injectable()
export class FormDefinitionsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Whether a form's definition was last read before `before`, or, if the form has a mapping, before `mappedBefore`. */
  async isDue(formId: string, { before, mappedBefore }: { before: Date; mappedBefore: Date }): Promise<boolean> {
    const [row] = await this.dataSource.query<{ due: boolean }[]>(
      `SELECT NOT EXISTS (
         SELECT FROM onboarding_form
          WHERE form_id = $1 AND definition IS NOT NULL
            AND definition_checked_at >= CASE WHEN identifier_mapping = '{}' THEN $2::timestamptz ELSE $3::timestamptz END) AS due`,
      [formId, before, mappedBefore],
    );
    return row?.due === true;
  }

  /** Stores a definition, creating the row if needed; returns the form's mapping, locked until the commit. */
  async save(manager: EntityManager, formId: string, definition: FormOutline, now: Date): Promise<IdentifierMapping> {
    const [row] = await manager.query<{ identifier_mapping: IdentifierMapping }[]>(
      `INSERT INTO onboarding_form AS form (form_id, title, definition, definition_checked_at, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $4, $4)
       ON CONFLICT (form_id) DO UPDATE
         SET title = coalesce(excluded.title, form.title), definition = excluded.definition,
             definition_checked_at = excluded.definition_checked_at,
             updated_at = CASE WHEN form.definition = excluded.definition THEN form.updated_at ELSE excluded.updated_at END
       RETURNING identifier_mapping`,
      [formId, definition.title, JSON.stringify(definition), now],
    );
    return row?.identifier_mapping ?? {};
  }

  /** Records what a form's mapping names but the form lacks. */
  async saveProblems(manager: EntityManager, formId: string, problems: readonly MappingProblem[]): Promise<void> {
    await manager.query(
      'UPDATE onboarding_form SET mapping_problems = $2 WHERE form_id = $1 AND mapping_problems <> $2::jsonb',
      [formId, JSON.stringify(problems)],
    );
  }

  /** Mapped identifiers without a source, over all forms. */
  async countProblems(): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      'SELECT coalesce(sum(jsonb_array_length(mapping_problems)), 0)::integer AS count FROM onboarding_form',
    );
    return row?.count ?? 0;
  }
}
