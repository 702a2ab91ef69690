/** A fault: what goes wrong, for which calls, how often. */
export interface Fault {
  kind: FaultKind;
  /** `api`: the sandbox answers badly. `delivery`: what it sends goes wrong. */
  target: 'api' | 'delivery';
  /** How many more calls it affects. */
  times: number;
  /** Only calls whose text contains this: `GET /forms/abc` (api), `<form id>/<tag>` (delivery). */
  match?: string;
  /** slow: how long (real milliseconds). */
  delayMs: number;
  /** status: the status answered (api), or assumed as the answer regardless of the receiver's (delivery). */
  status: number;
  /** status on the api: sends `Retry-After` with this many seconds. */
  retryAfterSeconds?: number;
  /** drop: in the middle of the body, or after it (then the receiver may have stored it). */
  phase: 'in_body' | 'before_answer';
  /** duplicate: how many extra copies. */
  copies: number;
  /** out_of_order: held back for this long (simulated seconds), so that later ones overtake it. */
  holdSeconds: number;
}

export const FAULT_KINDS = ['slow', 'status', 'drop', 'duplicate', 'out_of_order', 'garbage', 'redirect'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Kinds that only make sense for what the sandbox itself sends. */
export const DELIVERY_ONLY_KINDS: readonly FaultKind[] = ['duplicate', 'out_of_order'];

/** The faults that are switched on. The first one that matches a call is consumed once. */
export class Faults {
  private readonly active: Fault[] = [];

  add(fault: Fault): void {
    this.active.push(fault);
  }

  list(): readonly Fault[] {
    return this.active.map((fault) => ({ ...fault }));
  }

  clear(): void {
    this.active.length = 0;
  }

  /** The fault for this call, if any; counts it down and removes it when it is used up. */
  take(target: Fault['target'], call: string, kinds: readonly FaultKind[] = FAULT_KINDS): Fault | undefined {
    const fits = ({ target: aim, kind, match }: Fault) =>
      aim === target && kinds.includes(kind) && (match === undefined || call.includes(match));
    const index = this.active.findIndex(fits);
    const fault = this.active[index];
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times <= 0) this.active.splice(index, 1);
    return fault;
  }
}
