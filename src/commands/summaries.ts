/** The commands in the order of the help, with their one-line descriptions. Kept apart from the commands themselves, which are slow to load. */
export const SUMMARIES = {
  config: 'check the configuration and show the values in force, with secrets masked',
  migrate: 'run the pending database migrations; if several processes try, only one runs them',
  preflight: 'check everything that can be checked before a deployment; changes nothing',
  verify: 'check a running service after its deployment; cleans up after itself',
  gate: 'watch the live metrics over a window and decide: promote, hold or roll back',
  checklist: 'run the automatic checks and write the whole production checklist, with fields for people to sign',
  completeness: 'compare what Typeform has with what is here: is anything lost?',
  'rotate-keys':
    're-encrypt stored secrets and seal the audit log with the first key of ENCRYPTION_KEYS, so that older keys can be removed',
  sign: 'print the Typeform-Signature header of a body',
  sandbox: 'run the Typeform sandbox on its own: a stand-in for development and tests',
} as const;

/** The name of a command. */
export type CommandName = keyof typeof SUMMARIES;
