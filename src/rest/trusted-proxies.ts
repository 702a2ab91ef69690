import { compile } from '@fastify/proxy-addr';
import { bareAddress } from '../core/forwarded-address';

/** TRUST_PROXY in the form that Fastify takes. Addresses are compared without the port, brackets and zone that a proxy may add. */
export function trustedProxies(
  setting: false | number | string[],
): false | ((address: string, hop: number) => boolean) {
  if (setting === false) return false;
  if (typeof setting === 'number') return (_address, hop) => hop < setting;
  const isTrusted = compile(setting);
  return (address, hop) => isTrusted(bareAddress(address), hop);
}

/** Whether whoever connects from an address is a trusted proxy: with a number of hops, everybody is. */
export function isProxyFor(setting: false | number | string[]): (address: string) => boolean {
  const trusted = trustedProxies(setting);
  return (address) => trusted !== false && trusted(address, 0);
}
