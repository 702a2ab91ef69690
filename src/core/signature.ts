/**
 * Typeform's webhook signature: `sha256=` + standard padded base64 of HMAC-SHA256(secret, raw body bytes).
 * Source: Typeform, "Secure your webhooks". The bytes are never trimmed, decoded or re-serialised before this check.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

declare const verified: unique symbol;

/** Body bytes whose signature was checked. Only {@link verifySignature} creates one, so nothing unverified can be stored. */
export type VerifiedBody = Buffer & { readonly [verified]: true };

/** Why a signature was refused; a closed set, used as a metric label and in the log. */
export type SignatureRefusal = 'missing' | 'malformed' | 'mismatch';

export type SignatureCheck = { ok: true; body: VerifiedBody } | { ok: false; reason: SignatureRefusal };

/** Exactly one lower-case `sha256=` and 32 bytes as padded base64: repeated headers (joined by a comma) do not match. */
const WELL_FORMED = /^sha256=[A-Za-z0-9+/]{43}=$/;

/** The `Typeform-Signature` header value of a body, e.g. `sha256=K7gN...=`. `secret` is used as its UTF-8 bytes. */
export function sign(secret: string, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('base64')}`;
}

/** What is wrong with a header whatever the body is; null when it has the form of a signature. */
export function malformation(header: string | string[] | undefined): 'missing' | 'malformed' | null {
  if (header === undefined || header.length === 0) return 'missing';
  return typeof header === 'string' && WELL_FORMED.test(header) ? null : 'malformed';
}

/**
 * Checks a `Typeform-Signature` header against every secret that is valid now (current and, during a rotation, previous).
 * Never throws. Fails closed: no header, no secret or an empty secret is a refusal. The comparison takes constant time and is
 * made on the encoded text, so a second spelling of the same digest (base64 slack bits) is refused as well.
 */
export function verifySignature(
  header: string | string[] | undefined,
  body: Buffer,
  secrets: readonly string[],
): SignatureCheck {
  const wrong = malformation(header);
  if (wrong !== null || typeof header !== 'string') return { ok: false, reason: wrong ?? 'malformed' };
  const presented = Buffer.from(header);
  let matches = false;
  for (const secret of secrets) {
    const expected = Buffer.from(sign(secret, body));
    matches = (timingSafeEqual(expected, presented) && secret.length > 0) || matches;
  }
  return matches ? { ok: true, body: body as VerifiedBody } : { ok: false, reason: 'mismatch' };
}
