/** Why TLS to the database failed, in words. */
import { DatabaseSetupError } from './database-setup.error';

const OWN_CA =
  'if the server has a certificate of your own CA, add sslmode=verify-full&sslrootcert=/path/to/ca.pem to DATABASE_URL';

/** Codes of OpenSSL and Node.js, what they mean, and the remedy. */
const PROBLEMS: readonly (readonly [RegExp, string, string])[] = [
  [/^(DEPTH_ZERO_)?SELF_SIGNED_CERT/, 'is self-signed and not trusted', OWN_CA],
  [/^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/, 'comes from a CA that is not trusted', OWN_CA],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'is expired or not valid yet', 'renew it, and check the clock of this host'],
  [
    /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    'is for another host name',
    'use the name in the certificate as host of DATABASE_URL, or issue one for the name that is used',
  ],
  [/^(CERT_|CRL_|INVALID_CA|PATH_LENGTH|ERR_SSL|ERR_OSSL|EPROTO)/, 'or the TLS handshake is not valid', OWN_CA],
];

/** A problem with the server's certificate, or with TLS itself, as an error that says so; null for any other error. */
export function tlsProblem(error: unknown): DatabaseSetupError | null {
  if (!(error instanceof Error)) return null;
  if (/server does not support SSL/i.test(error.message))
    return new DatabaseSetupError(
      'the database server does not offer TLS, which DATABASE_URL demands',
      'turn on ssl at the server, or where the network is private remove sslmode from DATABASE_URL',
      error,
    );
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code !== 'string') return null;
  const [, what, remedy] = PROBLEMS.find(([pattern]) => pattern.test(code)) ?? [];
  if (what === undefined || remedy === undefined) return null;
  return new DatabaseSetupError(`the certificate of the database server ${what} (${code})`, remedy, error);
}
