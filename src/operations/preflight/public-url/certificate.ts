/** The certificate that a server presents, and whether a client that trusts the same CAs as Node would accept it. */
import { isIP } from 'node:net';
import { connect } from 'node:tls';

export interface SeenCertificate {
  names: string;
  issuer: string;
  validTo: Date;
  /** Why a client would refuse it (`CERT_HAS_EXPIRED`, ...); null when it would not. */
  problem: string | null;
}

/** Reads the certificate even if it is not valid. Throws the error of a failed connection. */
export function readCertificate(host: string, port: number, timeoutMs: number): Promise<SeenCertificate> {
  return new Promise((resolve, reject) => {
    const servername = isIP(host) ? undefined : host;
    // Accepted here so that the report can say what is wrong with it; nothing is sent.
    const socket = connect({ host, port, servername, rejectUnauthorized: false, timeout: timeoutMs });
    socket.once('timeout', () => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const { subject, subjectaltname, issuer, valid_to: validTo } = socket.getPeerCertificate();
      const reason = socket.authorizationError as Error | string | null | undefined;
      socket.destroy();
      resolve({
        names: subjectaltname ?? String(subject.CN),
        issuer: String(issuer.O ?? issuer.CN),
        validTo: new Date(validTo),
        problem: reason ? (reason instanceof Error ? reason.message : reason) : null,
      });
    });
  });
}
