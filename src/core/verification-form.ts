/** The forms of deployment checks. Pure. */

/** Form ids at Typeform contain only letters and digits, so none begins like this. */
export const VERIFICATION_FORM = 'onboarding-verify';

const PATTERN = new RegExp(`^${VERIFICATION_FORM}(-[0-9a-f]+)?$`);

/** True for a form that `verify` created: `onboarding-verify` and, after a hyphen, the id of its run. */
export function isVerificationForm(formId: string): boolean {
  return PATTERN.test(formId);
}
