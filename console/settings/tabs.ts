import type { Role } from '../api/session';

/** The tabs of Settings in their order, each with the role it needs. */
export const TABS = [
  ['configuration', 'Configuration', 'admin'],
  ['checklist', 'Production checklist', 'viewer'],
  ['version', 'Version', 'viewer'],
  ['sso', 'Single sign-on', 'admin'],
  ['keys', 'API keys', 'admin'],
  ['person', 'A person’s data', 'operator'],
  ['erasures', 'Erasures', 'viewer'],
  ['retention', 'Retention', 'viewer'],
  ['audit', 'Audit', 'viewer'],
  ['jobs', 'Jobs and back-fills', 'viewer'],
  ['session', 'This session', 'viewer'],
] as const satisfies readonly (readonly [key: string, name: string, needs: Role])[];

export type TabKey = (typeof TABS)[number][0];
