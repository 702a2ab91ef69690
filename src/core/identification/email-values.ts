/** The canonical form of e-mail addresses, and placeholder addresses that belong to no one. */
import { domainToASCII } from 'node:url';
import { tidy } from './text-values';

const MAX_EMAIL_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
/** RFC 5322 atoms, and letters of any script (RFC 6531). */
const LOCAL =
  /^[\p{Letter}\p{Mark}\p{Number}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{Letter}\p{Mark}\p{Number}!#$%&'*+/=?^_`{|}~-]+)*$/u;
/** A domain that is its own ASCII form, as nearly all are. */
const ASCII_DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const DOMAIN_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The canonical form of an address: NFKC, lower case, the domain in its ASCII form, so that both spellings of an
 * international domain are one; null when it is not a valid address.
 */
export function canonicalEmail(text: string): string | null {
  if (text.length > 2 * MAX_EMAIL_LENGTH) return null;
  const email = tidy(text.normalize('NFKC'))
    .toLowerCase()
    .replace(/^mailto:\s*/, '')
    .replace(/^<(.*)>$/, '$1')
    .normalize('NFKC');
  const at = email.lastIndexOf('@');
  const local = email.slice(0, Math.max(at, 0));
  if (local.length > MAX_LOCAL_LENGTH || !LOCAL.test(local)) return null;
  const domain = asciiDomain(email.slice(at + 1));
  const canonical = `${local}@${domain}`;
  return domain !== null && canonical.length <= MAX_EMAIL_LENGTH ? canonical : null;
}

function asciiDomain(domain: string): string | null {
  // "xn--" begins an encoded label, which may be no valid one.
  if (!domain.includes('--') && ASCII_DOMAIN.test(domain)) return domain;
  if (/[^\p{Letter}\p{Mark}\p{Number}.-]/u.test(domain)) return null;
  const labels = domainToASCII(domain).split('.');
  const top = labels.at(-1) ?? '';
  return labels.length >= 2 &&
    labels.every((label) => DOMAIN_LABEL.test(label)) &&
    /^(?:[a-z]{2,}|xn--[a-z0-9-]+)$/.test(top)
    ? labels.join('.')
    : null;
}

/** Quotes and brackets around an address, and what separates it from words. */
const AROUND = /[\s,;|<>()[\]"“”„«»‹›，：；、]+/u;

/** The only address in a longer text ("ana@example.com, Lisbon"); null when there is none or two. */
export function emailIn(text: string): { email: string; rest: string } | null {
  if (text.length > 300) return null;
  const found = text.split(AROUND).filter((word) => word.includes('@'));
  const [email, another] = new Set(found.map((word) => canonicalEmail(word.replace(/^[/:'‘’]+|[.:/!?'‘’]+$/gu, ''))));
  if (!email || another !== undefined) return null;
  return { email, rest: tidy(found.reduce((rest, word) => rest.replace(word, ' '), text)) };
}

/** No-reply senders. */
const NO_REPLY =
  /^(?:no|do-?not|dont|ne|nao|nicht|kein|keine)[-_.]?(?:reply|respond|responder|repondre|antworten|antwort|email|mail|emails|correo)(?:s)?\d*$/;
/** Words for "none" and for testing: placeholders at any domain. */
const NOBODY = new Set(
  `none noone nobody noemail nomail no-email no-mail no.email notprovided not-provided notavailable unknown undefined donthave idonthave sinemail sincorreo
   sin-correo notengo notiene ninguno ninguna nenhum nenhuma sememail semmail naotem naotenho aucun aucune pasdemail sansmail keine keiner keineemail
   keinemail ohne fake invalid anonymous anonimo anonym mailer-daemon postmaster`.split(/\s+/),
);
/** Placeholders only at a domain that is such a word, too, or a public mail provider. */
const FILLED_IN = new Set(
  `test testing tester teste prueba essai a aa aaa b x xx xxx asdf asd qwerty abc abcd no na n null nil email mail e user name me 123 1234 123456 foo bar example`.split(
    /\s+/,
  ),
);
const FILLED_IN_DOMAINS = new Set(
  `test testing teste prueba none noemail nomail no na null nil fake invalid email mail gmail hotmail yahoo outlook asdf asd abc qwerty a aa aaa b x xx xxx 123 foo bar localhost nowhere example1 domain`.split(
    /\s+/,
  ),
);

/** Whether a canonical address belongs to no one (`none@none.com`, `test@test.com`, `noreply@...`): it identifies no client. */
export function isNobodysEmail(email: string): boolean {
  const at = email.lastIndexOf('@');
  const local = email.slice(0, at);
  const host = email.slice(at + 1);
  const domain = host.split('.')[0] ?? '';
  if (/(?:^|\.)(?:invalid|localhost|test)$/.test(host)) return true;
  if (NO_REPLY.test(local) || NOBODY.has(local)) return true;
  if (NOBODY.has(domain) || ['noemail', 'nomail', 'none'].includes(domain)) return true;
  return FILLED_IN.has(local) && (FILLED_IN_DOMAINS.has(domain) || domain === local);
}
