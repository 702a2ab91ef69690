/** The service's performance targets, and whether a run met them. */
export interface Threshold {
  name: string;
  measured: number;
  /** The bound that the measured value must be `below` or `atLeast` at. */
  rule: 'below' | 'atLeast';
  bound: number;
  unit: 'ms' | 'x' | 'MB' | '/s';
}

export function isMet({ measured, rule, bound }: Threshold): boolean {
  return rule === 'below' ? measured < bound : measured >= bound;
}

/** The result of a scenario: its tables for people, its thresholds, and everything it measured for machines. */
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
