/** In the order in which they run. */
export const REAL_TYPEFORM_IDS = [
  'real-typeform.account',
  'real-typeform.form',
  'real-typeform.registered',
  'real-typeform.listed',
  'real-typeform.delivered',
  'real-typeform.deleted',
  'real-typeform.cleanup',
] as const;
export type RealTypeformId = (typeof REAL_TYPEFORM_IDS)[number];
