/** Which addresses Typeform cannot reach, however the service is set up. */
import { BlockList, isIP } from 'node:net';

const NOT_PUBLIC = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  NOT_PUBLIC.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  NOT_PUBLIC.addSubnet(network, prefix, 'ipv6');

/** Names that no public DNS answers for: RFC 6761, 6762, 8375, and ICANN's `.internal`. A name without a dot is a local one. */
const LOCAL_NAME = /^[^.]*$|\.(localhost|local|internal|lan|home\.arpa|test|invalid)$/;

/** True for a loopback, private or link-local address, and for a name that only the local network knows. */
export function isLocalAddress({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const version = isIP(host);
  if (version === 0) return LOCAL_NAME.test(host.toLowerCase());
  return NOT_PUBLIC.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

export const PUBLIC_URL_REMEDY =
  'set PUBLIC_URL to the https address at which Typeform reaches this service (a tunnel will do), and restart';

/** Why Typeform itself could not deliver to PUBLIC_URL, with the remedy; null when it may be able to. */
export function problemOfPublicUrl(publicUrl: string | null | undefined): string | null {
  if (!publicUrl) return `is not set, so Typeform cannot deliver to this service: ${PUBLIC_URL_REMEDY}`;
  if (!isLocalAddress(new URL(publicUrl))) return null;
  return `is an address that Typeform cannot reach (${new URL(publicUrl).host}): ${PUBLIC_URL_REMEDY}`;
}
