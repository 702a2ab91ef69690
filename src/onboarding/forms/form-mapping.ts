/** Whether a form can serve a mapping; asks Typeform when the stored definition says no, since the form may have just changed. */
import { Injectable } from '@nestjs/common';
import type { FormOutline } from '../../core/form-definition';
import { withQuestions } from '../../core/form-definition';
import { mappingProblems } from '../../core/identification/mapping-problems';
import type { IdentifierMapping } from '../../core/identifiers';
import { DomainError } from '../../core/problem';
import { TypeformError } from '../../typeform/typeform-error';
import { FormDefinitions } from './form-definitions';
import type { OnboardingForm } from '../onboarding-form.entity';

/** A person is waiting. */
const READ_MS = 5_000;

@Injectable()
export class FormMapping {
  constructor(private readonly definitions: FormDefinitions) {}

  /**
   * Throws `validation_failed` for a source that the form does not have, or whose type cannot hold the identifier. Returns the
   * definition when it was read again from Typeform, for the caller to use and store; null when the stored one suffices.
   */
  async check(form: OnboardingForm, mapping: IdentifierMapping, requestId: string | null): Promise<FormOutline | null> {
    const seen = seenOf(form);
    if (mappingProblems(mapping, form.definition ?? seen).length === 0) return null;
    const read = await this.read(form.formId, requestId);
    // Without an answer, questions seen in submissions since the last reading count as well.
    const known = read ?? (form.definition ? withQuestions(form.definition, seen) : seen);
    const problems = mappingProblems(mapping, known);
    if (problems.length === 0) return read;
    throw new DomainError('validation_failed', 'the body is not valid', {
      errors: problems.map(({ identifier, reason }) => ({ path: `identifierMapping.${identifier}`, message: reason })),
    });
  }

  private async read(formId: string, requestId: string | null): Promise<FormOutline | null> {
    const signal = AbortSignal.timeout(READ_MS);
    try {
      return await this.definitions.read(formId, { priority: 'interactive', signal, requestId });
    } catch (error) {
      if (error instanceof TypeformError || error instanceof DomainError || signal.aborted) return null;
      throw error;
    }
  }
}

/** What submissions contained. */
export function seenOf({ title, fields, hiddenSeen }: OnboardingForm): FormOutline {
  return { title, questions: fields, hidden: hiddenSeen };
}
