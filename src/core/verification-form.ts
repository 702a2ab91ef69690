/** The forms of deployment checks. Pure. */

/** A form id at Typeform has letters and digits only, so none of them begins like this. */
export const VERIFICATION_FORM = 'onboarding-verify';

const PATTERN = new RegExp(`^${VERIFICATION_FORM}(-[0-9a-f]+)?$`);

/** True for a form that `verify` has made up: `onboarding-verify` and, after a hyphen, the id of its run. */
export function isVerificationForm(formId: string): boolean {
  return PATTERN.test(formId);
}
