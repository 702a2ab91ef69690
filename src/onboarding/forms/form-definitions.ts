/** A form's questions according to Typeform: read when its webhook is registered and periodically, stored with the form. */
import { Injectable } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { type FormOutline, readDefinition } from '../../core/form-definition';
import { type MappingProblem, mappingProblems } from '../../core/identification/mapping-problems';
import { Clock } from '../../database/clock';
import { type CallOptions, TypeformApi } from '../../typeform/typeform-api';
import { FormDefinitionsRepository } from './form-definitions.repository';

/** Often enough to notice changes at Typeform within a day, rare enough to leave the rate limit to deliveries and repairs. */
const READ_INTERVAL_MS = 24 * 3_600_000;
/** A vanished mapped question must be noticed sooner: its identifier is missing from then on. */
const MAPPED_READ_INTERVAL_MS = 3_600_000;

@Injectable()
export class FormDefinitions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: FormDefinitionsRepository,
    private readonly api: TypeformApi,
    private readonly clock: Clock,
  ) {}

  /** Stores a form as Typeform returned it, in the caller's transaction. Returns what the form's mapping names but the form lacks. */
  async store(
    manager: EntityManager,
    formId: string,
    form: Parameters<typeof readDefinition>[0],
  ): Promise<MappingProblem[]> {
    return this.keep(manager, formId, readDefinition(form));
  }

  /**
   * Reads the form again unless it was read recently, and stores it. Returns what its mapping names but the form lacks; null when
   * it was read recently. Throws the call's errors.
   */
  async refresh(formId: string, call: CallOptions): Promise<MappingProblem[] | null> {
    const now = this.clock.now().getTime();
    const due = {
      before: new Date(now - READ_INTERVAL_MS),
      mappedBefore: new Date(now - MAPPED_READ_INTERVAL_MS),
    };
    if (!(await this.repository.isDue(formId, due))) return null;
    const form = await this.api.getForm(formId, call);
    return this.dataSource.transaction((manager) => this.store(manager, formId, form));
  }

  /** The form's current state at Typeform; stores nothing. Throws the call's errors. */
  async read(formId: string, call: CallOptions): Promise<FormOutline> {
    return readDefinition(await this.api.getForm(formId, call));
  }

  /** Stores a definition, in the caller's transaction. */
  async keep(manager: EntityManager, formId: string, definition: FormOutline): Promise<MappingProblem[]> {
    const mapping = await this.repository.save(manager, formId, definition, this.clock.now());
    const problems = mappingProblems(mapping, definition);
    await this.repository.saveProblems(manager, formId, problems);
    return problems;
  }
}
