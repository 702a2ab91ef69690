/** What the questions of a form mean, and therefore who a submission is about. */
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import type { Submission } from '../../core/answers';
import { type FormOutline, formOfSubmission, withQuestions } from '../../core/form-definition';
import type { QuestionPlan } from '../../core/identification/plan';
import { identify } from '../../core/identification/identify';
import { PlanMemo } from '../../core/identification/plan-memo';
import type { IdentifierMapping, Identifiers } from '../../core/identifiers';
import { type KeptSubmission, toStoredSubmission } from './stored-submission';

/** How a form's row determines the reading of its submissions. */
export interface FormSettings {
  definition: FormOutline | null;
  identifierMapping: IdentifierMapping;
  phoneCountry: string | null;
}

/** A question or hidden field with what it means; null: it identifies no one. */
type Meant<Source> = Source & { identifies: QuestionPlan | null };

@Injectable()
export class FormPlans {
  /** Each submission of a form has the same questions. */
  private readonly plans = new PlanMemo();

  constructor(private readonly config: AppConfig) {}

  /**
   * The identifiers of a submission, by the plan of its form: the definition read from Typeform, the submission's own questions, the
   * mapping, and the country of its phone numbers. Other submissions have no influence.
   */
  identify(form: FormSettings, submission: Submission): Identifiers {
    const plan = this.plans.planOf(formOfSubmission(form.definition, submission), form.identifierMapping);
    const { defaultPhoneCountry } = this.config;
    return identify(submission, plan, { phoneCountry: form.phoneCountry, defaultPhoneCountry });
  }

  /** The identifiers of a stored response, whose form has this title: those that its event would give if it arrived now. */
  identifyStored(form: FormSettings, response: KeptSubmission, title: string | null): Identifiers {
    const submission = toStoredSubmission(response, title);
    return submission.unreadable ? {} : this.identify(form, submission);
  }

  /**
   * The meaning of each question and hidden field of a form, those of its definition first. `seen`: from submissions. A question
   * of the definition means what it would mean in a submission without any others.
   */
  meanings(
    { definition, identifierMapping }: FormSettings,
    seen: FormOutline,
  ): { fields: Meant<FormOutline['questions'][number]>[]; hidden: Meant<{ name: string }>[] } {
    const form = definition ? withQuestions(definition, seen) : seen;
    const whole = this.plans.planOf(form, identifierMapping);
    const defined = definition
      ? this.plans.planOf(withQuestions(definition, { ...seen, ...NOTHING }), identifierMapping)
      : whole;
    return {
      fields: form.questions.map(({ id, ref, title, type }) => ({
        id,
        ref,
        title,
        type,
        identifies: (defined.questions.has(id) ? defined : whole).questions.get(id) ?? null,
      })),
      hidden: form.hidden.map((name) => ({
        name,
        identifies: (defined.hidden.has(name) ? defined : whole).hidden.get(name) ?? null,
      })),
    };
  }
}

const NOTHING = { questions: [], hidden: [] };
