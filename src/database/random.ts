/** The one source of randomness that is not cryptographic (jitter): tests replace it. */
export abstract class Random {
  /** Uniform in [0, 1). */
  abstract next(): number;
}

/** The runtime's generator. */
export class SystemRandom extends Random {
  next(): number {
    return Math.random();
  }
}
