/** The data the sandbox holds: forms, webhooks, submissions. Names of wire fields are Typeform's own (snake case). */

export const LANGUAGES = ['en', 'pt', 'es', 'fr', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Choice {
  id: string;
  ref: string;
  label: string;
}

/** A question, or a container (group, contact_info, address, matrix) whose `properties.fields` hold the questions. */
export interface Field {
  id: string;
  ref: string;
  type: string;
  title: string;
  properties: FieldProperties;
  validations?: { required?: boolean };
}

export interface FieldProperties {
  fields?: Field[];
  choices?: Choice[];
  allow_multiple_selection?: boolean;
  allow_other_choice?: boolean;
  [setting: string]: unknown;
}

export interface Screen {
  id: string;
  ref: string;
  title: string;
  type: string;
  properties: Record<string, unknown>;
}

/** A form as `GET /forms/{id}` shows it, without its `_links`, plus what only the sandbox knows. */
export interface Form {
  id: string;
  type: string;
  title: string;
  language: Language;
  workspaceHref: string;
  fields: Field[];
  hidden: string[];
  variables: Record<string, number | string>;
  welcome_screens: Screen[];
  thankyou_screens: Screen[];
  logic: unknown[];
  settings: Record<string, unknown>;
  messages: Record<string, unknown>;
  createdAtMs: number;
  updatedAtMs: number;
  /** `legacy`: its webhooks look like those of 2016 (no refs, bare labels, `calculated: null`, no `landed_at`). */
  payloadStyle: 'current' | 'legacy';
  /** Where `_links.responses` points; unset: wherever the caller reached the sandbox. Set to mimic a form of another region. */
  responsesBaseUrl?: string;
}

export interface Webhook {
  id: string;
  formId: string;
  tag: string;
  url: string;
  enabled: boolean;
  verifySsl: boolean;
  secret?: string;
  eventTypes: { form_response: boolean; form_response_partial: boolean };
  createdAtMs: number;
  updatedAtMs: number;
  /** Why Typeform itself disabled it; unset while enabled and when an API call disabled it. */
  disabledBecause?: string;
}

/** An answer: the value lies under the key named by `type`. */
export interface Answer {
  type: string;
  field: { id: string; type: string; ref?: string };
  [key: string]: unknown;
}

export type Variable = { key: string; type: 'number'; number: number } | { key: string; type: 'text'; text: string };

export type ResponseType = 'started' | 'partial' | 'completed';

/** One respondent's pass through a form. `fields` are the answered questions as they were at that moment. */
export interface Submission {
  formId: string;
  formTitle: string;
  /** What it was generated from: the same seed and times give the same bytes. */
  seed: string;
  payloadStyle: Form['payloadStyle'];
  token: string;
  type: ResponseType;
  isTest: boolean;
  landedAtMs: number;
  submittedAtMs: number;
  fields: Field[];
  answers: Answer[];
  hidden?: Record<string, string>;
  score?: number;
  variables?: Variable[];
  endings: Screen[];
  /** On forms with logic: what the respondent turned out to be. */
  outcome?: { id: string; title: string };
  metadata: { user_agent: string; platform: string; referer: string; network_id: string; browser: string };
}
