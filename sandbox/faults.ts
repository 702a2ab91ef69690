/** A fault: what goes wrong, for which calls, how often. */
export interface Fault {
  kind: FaultKind;
  /** `api`: the sandbox answers badly. `delivery`: what it sends goes wrong. */
  target: 'api' | 'delivery';
  /** How many more calls it spoils. */
  times: number;
  /** Only calls whose text contains this: `GET /forms/abc` (api), `<form id>/<tag>` (delivery). */
  match?: string;
  /** slow: how long (real milliseconds). */
  delayMs: number;
  /** status: the status answered (api), or taken as answered whatever the receiver said (delivery). */
  status: number;
  /** status on the api: sends `Retry-After` with this many seconds. */
  retryAfterSeconds?: number;
  /** drop: in the middle of the body, or after it (then the receiver may have taken it in). */
  phase: 'in_body' | 'before_answer';
  /** duplicate: how many extra copies. */
  copies: number;
  /** out_of_order: held back for this long (simulated seconds), so that later ones overtake it. */
  holdSeconds: number;
}

export const FAULT_KINDS = ['slow', 'status', 'drop', 'duplicate', 'out_of_order', 'garbage', 'redirect'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Kinds that only make sense for what the sandbox sends by itself. */
export const DELIVERY_ONLY_KINDS: readonly FaultKind[] = ['duplicate', 'out_of_order'];

/** The faults that are switched on. The first one that fits a call is used up once. */
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

  /** The fault for this call, if any; counts it down and forgets it when it is used up. */
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
