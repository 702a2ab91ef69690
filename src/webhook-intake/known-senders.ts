import { largeCache } from '../core/large-cache';
import type { Standing } from './webhook-throttler';

const MAX_SENDERS = 10_000;
/** Beyond this, both counts are halved: what an address did lately weighs most. */
const REMEMBERED = 1_000;

/**
 * The addresses from which mostly valid signatures came lately. What is refused before its signature can be checked counts as a
 * failed webhook only from these: a stranger must not be able to make the service look broken.
 */
export class KnownSenders {
  private readonly senders = largeCache<{ valid: number; invalid: number }>(MAX_SENDERS);

  /** Records the result of a signature check. */
  checked(address: string, valid: boolean): void {
    const seen = this.senders.get(address);
    if (seen === undefined) {
      this.senders.set(address, { valid: valid ? 1 : 0, invalid: valid ? 0 : 1 });
      return;
    }
    if (valid) seen.valid += 1;
    else seen.invalid += 1;
    if (seen.valid + seen.invalid <= REMEMBERED) return;
    seen.valid /= 2;
    seen.invalid /= 2;
  }

  /** What is known of an address. */
  standingOf(address: string): Standing {
    const seen = this.senders.get(address);
    if (seen === undefined || seen.valid === 0) return 'stranger';
    return seen.valid > seen.invalid ? 'known' : 'mixed';
  }

  /** Whether most of what this address sent lately was signed with our secret. */
  has(address: string): boolean {
    return this.standingOf(address) === 'known';
  }
}
