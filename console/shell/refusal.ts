/** Why single sign-on was refused: the reason code in the URL, and its message. */

const WORDS: Record<string, string> = {
  no_role: 'You signed in, but none of your groups has a role here. Ask an admin of this service for one.',
  provider_refused:
    'The identity provider refused the sign-in: it was cancelled there, or you are not allowed to sign in.',
  not_begun: 'This browser had not started a sign-in, or it took longer than ten minutes. Start again.',
  not_confirmed:
    'The identity provider did not confirm the sign-in. Try again; if it fails again, see the service log.',
  provider_unavailable: 'The identity provider does not answer. Try again in a moment, or sign in with an API key.',
  busy: 'Too many people are signing in. Try again in a few seconds.',
};
const OTHER = 'Single sign-on did not work. Begin again; the log of the service says why.';

let words: string | null = null;

/** Removes the reason from the URL before the first render, so that a reload does not show it again. */
export function takeRefusal(): void {
  const address = new URL(location.href);
  const reason = address.searchParams.get('refused');
  if (reason === null) return;
  words = Object.hasOwn(WORDS, reason) ? (WORDS[reason] ?? OTHER) : OTHER;
  address.searchParams.delete('refused');
  history.replaceState(null, '', address);
}

/** Forgets the refusal once somebody has signed in. */
export const forgetRefusal = (): void => void (words = null);

/** The message for a refused sign-in; null: none was refused. */
export const refusalInWords = (): string | null => words;
