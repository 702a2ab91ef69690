import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { IdentifierMapping } from '../core/identifiers';
import type { MappingProblem } from '../core/mapping-drift';

/** What became of identifier mappings when they were compared with the form's definition. */
@Injectable()
export class MappingRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The mapping of a form, if it has one that was not compared since `before`. */
  async due(formId: string, before: Date): Promise<IdentifierMapping | null> {
    const [form] = await this.dataSource.query<{ identifier_mapping: IdentifierMapping }[]>(
      `SELECT identifier_mapping FROM onboarding_form
        WHERE form_id = $1 AND identifier_mapping <> '{}' AND (definition_checked_at IS NULL OR definition_checked_at < $2)`,
      [formId, before],
    );
    return form?.identifier_mapping ?? null;
  }

  async record(formId: string, problems: readonly MappingProblem[], now: Date): Promise<void> {
    await this.dataSource.query(
      'UPDATE onboarding_form SET mapping_problems = $2, definition_checked_at = $3 WHERE form_id = $1',
      [formId, JSON.stringify(problems), now],
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
