import { createContext, Script } from 'node:vm';

/** A minute: code whose cost grows with its input takes a fraction of a second, code whose cost grows with the square takes many. */
const HANGS_AFTER_MS = 60_000;

/**
 * Runs `work` and throws when it hangs, e.g. in a regular expression that backtracks. Jest's own limit cannot do this: it cannot
 * interrupt code that never yields.
 */
export function withoutHanging(work: () => void): void {
  new Script('work()').runInContext(createContext({ work }), { timeout: HANGS_AFTER_MS });
}
