import { normalizeIp } from '@nestjs/throttler';
import { bareAddress } from '../core/forwarded-address';

/**
 * What a sender is counted by: the IPv4 address, or the /64 of an IPv6 address, since one sender may use all of it. `ip` is the
 * request's, and may be an entry of `X-Forwarded-For` as a proxy wrote it.
 */
export function senderOf({ ip }: { ip: string }): string {
  return normalizeIp(bareAddress(ip));
}
