/** What the service promises of its speed, and whether a run kept it. */
export interface Threshold {
  name: string;
  measured: number;
  /** The bound, `below` or `atLeast` which the measured value must be. */
  rule: 'below' | 'atLeast';
  bound: number;
  unit: 'ms' | 'x' | 'MB';
}

export function isMet({ measured, rule, bound }: Threshold): boolean {
  return rule === 'below' ? measured < bound : measured >= bound;
}

/** What a scenario hands back: its tables for people, its thresholds, and everything it measured for machines. */
export interface ScenarioResult {
  tables: Table[];
  thresholds: Threshold[];
  measured: unknown;
}

/** The first row holds the headings. */
export interface Table {
  title: string;
  rows: (string | number)[][];
}
