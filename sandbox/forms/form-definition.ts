import { z } from 'zod';
import { LANGUAGES, type Choice, type Field, type FieldProperties, type Form, type Screen } from '../model';
import type { Random } from '../random';

const choice = z.looseObject({ id: z.string().optional(), ref: z.string().optional(), label: z.string() });

const field = z.looseObject({
  id: z.string().optional(),
  ref: z.string().optional(),
  type: z.string().min(1),
  title: z.string(),
  validations: z.looseObject({ required: z.boolean().optional() }).optional(),
  get properties() {
    return z.looseObject({ fields: z.array(field).optional(), choices: z.array(choice).optional() }).optional();
  },
});
type FieldInput = z.infer<typeof field>;

const screen = z.looseObject({ id: z.string().optional(), ref: z.string().optional(), title: z.string() });

/** The body of `POST /forms` and `PUT /forms/{id}`: what the sandbox needs of it; other settings are kept as they come. */
export const FormDefinition = z.looseObject({
  title: z.string().min(1),
  type: z.string().optional(),
  fields: z.array(field).default([]),
  hidden: z.array(z.string()).default([]),
  variables: z.record(z.string(), z.union([z.number(), z.string()])).default({}),
  welcome_screens: z.array(screen).default([]),
  thankyou_screens: z.array(screen).default([]),
  logic: z.array(z.unknown()).default([]),
  settings: z.looseObject({ language: z.string().optional() }).default({}),
  workspace: z.looseObject({ href: z.string() }).optional(),
});
export type FormDefinition = z.infer<typeof FormDefinition>;

/** The form that a definition describes; ids and refs that it leaves out are given by Typeform, so here by `random`. */
export function formFrom(definition: FormDefinition, identity: { id: string; nowMs: number }, random: Random): Form {
  const { settings, workspace, welcome_screens, thankyou_screens } = definition;
  return {
    id: identity.id,
    type: definition.type ?? 'quiz',
    title: definition.title,
    language: LANGUAGES.find((language) => language === settings.language) ?? 'en',
    workspaceHref: workspace?.href ?? '',
    fields: definition.fields.map((each) => completeField(each, random)),
    hidden: definition.hidden,
    variables: definition.variables,
    welcome_screens: welcome_screens.map((each) => completeScreen(each, 'welcome_screen', random)),
    thankyou_screens: thankyou_screens.map((each) => completeScreen(each, 'thankyou_screen', random)),
    logic: definition.logic,
    settings: { is_public: true, language: 'en', ...settings },
    messages: {},
    createdAtMs: identity.nowMs,
    updatedAtMs: identity.nowMs,
    payloadStyle: 'current',
  };
}

function completeField(input: FieldInput, random: Random): Field {
  const { fields, choices, ...others } = input.properties ?? {};
  const properties: FieldProperties = {
    ...others,
    ...(fields ? { fields: fields.map((each) => completeField(each, random)) } : {}),
    ...(choices ? { choices: choices.map((each): Choice => identified(each, random)) } : {}),
  };
  return { ...identified(input, random), properties };
}

function completeScreen(input: z.infer<typeof screen>, type: string, random: Random): Screen {
  return { type, properties: {}, ...identified(input, random) };
}

function identified<T extends { id?: string; ref?: string }>(
  input: T,
  random: Random,
): T & { id: string; ref: string } {
  return { ...input, id: input.id ?? random.alphanumeric(12), ref: input.ref ?? random.uuid() };
}
