/** Reads the Prometheus text format (version 0.0.4), as `/metrics` answers it. Source: Prometheus, "Exposition formats". */

/** One line: a name, its labels and its value. */
interface Series {
  labels: ReadonlyMap<string, string>;
  value: number;
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?\s*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPED: Record<string, string> = { n: '\n', '\\': '\\', '"': '"' };

/** The values at one moment. */
export class MetricsSnapshot {
  private constructor(private readonly byName: ReadonlyMap<string, readonly Series[]>) {}

  /** Never throws: unreadable lines and values that are not numbers are left out. */
  static parse(text: string): MetricsSnapshot {
    const byName = new Map<string, Series[]>();
    for (const line of text.split('\n')) {
      const [, name, labels = '', written = ''] = LINE.exec(line) ?? [];
      if (name === undefined) continue;
      const series = { labels: parseLabels(labels), value: parseValue(written) };
      if (!Number.isNaN(series.value)) byName.set(name, [...(byName.get(name) ?? []), series]);
    }
    return new MetricsSnapshot(byName);
  }

  /** True when a metric of this name has a value; a histogram has the names with `_bucket`, `_sum` and `_count`. */
  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** The sum over all series of a name with these labels; null when there is none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number | null {
    const wanted = Object.entries(labels);
    const found = (this.byName.get(name) ?? []).filter((series) =>
      wanted.every(([label, value]) => series.labels.get(label) === value),
    );
    return found.length === 0 ? null : found.reduce((total, { value }) => total + value, 0);
  }
}

function parseLabels(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, character: string) => ESCAPED[character] ?? character),
    ]),
  );
}

function parseValue(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}
