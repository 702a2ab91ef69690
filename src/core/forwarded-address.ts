/** Addresses as proxies write them into `X-Forwarded-For`. */
import { isIP } from 'node:net';

const BRACKETED = /^\[([^\]]+)\](?::\d{1,5})?$/;
const WITH_PORT = /^([^:]+):\d{1,5}$/;

/**
 * The bare IP address in an entry of `X-Forwarded-For`: without quotes, port, brackets and zone. Azure's gateway writes
 * `203.0.113.7:51423`, others `[2001:db8::7]:51423` or `fe80::1%eth0`. Text that holds no IP address is returned as it came.
 */
export function bareAddress(entry: string): string {
  const text = entry.trim().replace(/^"(.*)"$/, '$1');
  const withoutPort = BRACKETED.exec(text)?.[1] ?? WITH_PORT.exec(text)?.[1] ?? text;
  const address = withoutPort.split('%', 1)[0] ?? '';
  return isIP(address) === 0 ? entry : address;
}
