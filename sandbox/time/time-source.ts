/** The only place of the sandbox that reads the system's time or sets a timer. Everything else is handed a `TimeSource`. */
export interface TimeSource {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Calls `task` once after `delayMs`; the returned function cancels it. Never keeps the process alive on its own. */
  after(delayMs: number, task: () => void): () => void;
}

/** The longest delay that Node's timers take (2^31 - 1 ms); a longer one would fire immediately. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's own clock. */
export const systemTime: TimeSource = {
  nowMs: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(delayMs, LONGEST_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
