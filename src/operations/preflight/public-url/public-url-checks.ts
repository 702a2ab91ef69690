import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { counted } from '../../../core/counted';
import { problemOfPublicUrl } from '../../../core/public-address';
import { isRealAccount } from '../../../core/typeform-hosts';
import { Check, failed, passed, skipped } from '../../check';
import { readCertificate } from './certificate';
import { probeIntake } from './intake-probe';
import { reasonOf, splitRemedy } from '../check-failure';
import type { PreflightContext } from '../preflight-context';

const TIMEOUT_MS = 5_000;
const LAST_DAYS = 7;
const RENEW_DAYS = 30;
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** What Typeform finds at PUBLIC_URL: a name, a certificate, and the intake behind it. */
export function publicUrlChecks(context: PreflightContext): Check[] {
  const production = context.report.environment === 'production';
  return [
    {
      id: 'public-url.dns',
      title: 'name of PUBLIC_URL resolves',
      severity: 'block',
      run: async () => {
        const host = hostOf(context.publicUrl);
        const { http, typeform } = context.config;
        const problem = isRealAccount(typeform) ? problemOfPublicUrl(http.publicUrl) : null;
        if (problem !== null) {
          const { evidence, remedy } = splitRemedy(`PUBLIC_URL ${problem}`);
          return failed(evidence, remedy);
        }
        if (http.publicUrl === null)
          return passed(`PUBLIC_URL is not set: webhooks are registered with ${context.publicUrl.origin}`);
        try {
          const addresses = isIP(host) ? [host] : (await lookup(host, { all: true })).map(({ address }) => address);
          const evidence = isIP(host)
            ? `${host} is an IP address: no name to resolve`
            : `${host} resolves to ${addresses.join(', ')}`;
          const unreachable =
            production && addresses.every((ip) => LOOPBACK.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4'));
          if (!unreachable) return passed(evidence);
          return failed(`${evidence}: Typeform cannot reach it`, 'set PUBLIC_URL to a name that Typeform can reach');
        } catch (error) {
          return failed(
            `${host} does not resolve (${reasonOf(error)})`,
            `create a DNS record for ${host}, or correct PUBLIC_URL`,
          );
        }
      },
    },
    {
      id: 'public-url.tls',
      title: 'certificate of PUBLIC_URL is valid',
      severity: 'block',
      run: async () => {
        const url = context.publicUrl;
        if (url.protocol === 'http:')
          return skipped(`${url.origin} is http, so there is no certificate`, 'set PUBLIC_URL to an https URL', 'warn');
        try {
          const seen = await readCertificate(hostOf(url), Number(url.port || 443), TIMEOUT_MS);
          const days = Math.floor((seen.validTo.getTime() - context.clock.now().getTime()) / 86_400_000);
          const evidence = `certificate for ${seen.names}, issued by ${seen.issuer}, ${counted(days, 'day')} left`;
          if (seen.problem !== null) return failed(`${evidence}: ${seen.problem}`, INSTALL);
          if (days < LAST_DAYS)
            return failed(evidence, 'renew the certificate now, and find out why it was not renewed automatically');
          return days < RENEW_DAYS
            ? failed(evidence, `renew the certificate: fewer than ${RENEW_DAYS} days are left`, 'warn')
            : passed(evidence);
        } catch (error) {
          return failed(
            `no TLS connection to ${url.host} (${reasonOf(error)})`,
            'make sure that a TLS endpoint listens at PUBLIC_URL',
          );
        }
      },
    },
    {
      id: 'public-url.reachable',
      title: 'the intake answers at PUBLIC_URL',
      severity: 'block',
      run: async () => {
        const seen = await probeIntake(context.publicUrl.href);
        if (seen.reached) return passed(seen.evidence);
        const later = seen.answered
          ? ''
          : '; before a first deployment use --skip public-url.reachable and run verify afterwards';
        return failed(seen.evidence, `${seen.remedy}${later}`);
      },
    },
  ];
}

const INSTALL =
  'install a certificate for this name, including its whole chain (with your own CA, set NODE_EXTRA_CA_CERTS for this check; note that Typeform does not trust that CA)';

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
