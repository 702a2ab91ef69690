import { type Field, type Form, type Language, LANGUAGES } from '../model';
import { Random } from '../random';
import { FieldBuilder } from './field-builder';
import { everyFieldType, legacyFields } from './every-field-type';
import { ONBOARDING_TEXTS } from './onboarding-texts';

export const TEMPLATES = ['onboarding', 'every_type', 'legacy'] as const;
export type Template = (typeof TEMPLATES)[number];

/** A synthetic form. The same seed gives the same form, including ids. */
export function buildForm(template: Template, language: Language, seed: string, createdAtMs: number): Form {
  const random = new Random('form', template, language, seed);
  const build = new FieldBuilder(random, template === 'legacy');
  const texts = ONBOARDING_TEXTS[language];
  const titles: Record<Template, string> = {
    onboarding: texts.formTitle,
    every_type: 'Every question type',
    legacy: 'Onboarding (built in 2016)',
  };
  const fields = fieldsOf(template, build, language);
  return {
    id: template === 'legacy' ? random.digits(6) : random.alphanumeric(8),
    type: 'quiz',
    title: titles[template],
    language,
    workspaceHref: '',
    fields,
    hidden: ['user_id', 'utm_source'],
    variables: { score: 0, plan: 'basic' },
    welcome_screens: [build.screen('welcome_screen', texts.welcome)],
    thankyou_screens: [build.screen('thankyou_screen', texts.thanks)],
    logic: template === 'every_type' ? scoringLogic(fields) : [],
    settings: { language, is_public: true, is_trial: false, progress_bar: 'proportion', show_progress_bar: true },
    messages: {},
    createdAtMs,
    updatedAtMs: createdAtMs,
    payloadStyle: template === 'legacy' ? 'legacy' : 'current',
  };
}

/** The account at start: the onboarding form in five languages, one form with every question type, and one legacy form. */
export function initialForms(seed: string, createdAtMs: number): Form[] {
  return [
    ...LANGUAGES.map((language) => buildForm('onboarding', language, seed, createdAtMs)),
    buildForm('every_type', 'en', seed, createdAtMs),
    buildForm('legacy', 'en', seed, createdAtMs),
  ];
}

function fieldsOf(template: Template, build: FieldBuilder, language: Language): Field[] {
  if (template === 'every_type') return everyFieldType(build);
  if (template === 'legacy') return legacyFields(build);
  return onboardingFields(build, language);
}

/** One point for whoever answers the first question. */
function scoringLogic([first]: Field[]): unknown[] {
  const target = { type: 'variable', value: 'score' };
  const details = { target, value: { type: 'constant', value: 1 } };
  return [
    { type: 'field', ref: first?.ref, actions: [{ action: 'add', details, condition: { op: 'always', vars: [] } }] },
  ];
}

/** English authors set readable refs; in the other languages only the titles tell what a question asks. */
function onboardingFields(build: FieldBuilder, language: Language): Field[] {
  const texts = ONBOARDING_TEXTS[language];
  const ref = (name: string) => (language === 'en' ? { ref: name } : {});
  return [
    build.field('contact_info', texts.contact, {
      fields: [
        build.field('short_text', texts.firstName, { ...ref('first_name'), required: true }),
        build.field('short_text', texts.lastName, { ...ref('last_name'), required: true }),
        build.field('phone_number', texts.phone, ref('phone')),
      ],
    }),
    build.field('email', texts.email, { ...ref('email'), required: true }),
    build.field('short_text', texts.company, ref('company')),
    build.field('date', texts.birthday, ref('birthday')),
    build.field('multiple_choice', texts.gender, {
      ...ref('gender'),
      choices: build.choices(texts.genders),
      allow_other_choice: true,
    }),
    build.field('address', texts.address, {
      fields: [
        build.field('short_text', texts.street, ref('address_line_1')),
        build.field('short_text', texts.apartment, ref('address_line_2')),
        build.field('short_text', texts.city, ref('city')),
        build.field('short_text', texts.state, ref('state')),
        build.field('short_text', texts.postalCode, ref('postal_code')),
        build.field('short_text', texts.country, ref('country')),
      ],
    }),
    build.field('multiple_choice', texts.goals, {
      ...ref('goals'),
      choices: build.choices(texts.goalChoices),
      allow_multiple_selection: true,
      allow_other_choice: true,
    }),
    build.field('number', texts.teamSize, ref('team_size')),
    build.field('dropdown', texts.budget, { choices: build.choices(['< 1.000', '1.000 - 10.000', '> 10.000']) }),
    build.field('date', texts.startDate),
    build.field('nps', texts.recommend),
    build.field('legal', texts.terms),
    build.field('long_text', texts.comments),
  ];
}
