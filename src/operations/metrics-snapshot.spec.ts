import { MetricsSnapshot } from './metrics-snapshot';

const TEXT = `# HELP calls_total Calls
# TYPE calls_total counter
calls_total{outcome="good",path="/a"} 3
calls_total{outcome="bad",path="/a"} 1 1764000000000
calls_total{outcome="good",path="/b"} 4

up 1
odd{text="a \\"b\\", c=\\"d\\" \\\\ \\n}"} 2.5e3
seconds_bucket{le="+Inf"} +Inf
broken{ 1
nothing{outcome="good"} NaN
`;

describe('MetricsSnapshot', () => {
  const metrics = MetricsSnapshot.parse(TEXT);

  it.each([
    ['calls_total', {}, 8],
    ['calls_total', { outcome: 'good' }, 7],
    ['calls_total', { outcome: 'good', path: '/b' }, 4],
    ['calls_total', { outcome: 'other' }, null],
    ['up', {}, 1],
    ['odd', { text: 'a "b", c="d" \\ \n}' }, 2500],
    ['seconds_bucket', { le: '+Inf' }, Infinity],
    ['absent', {}, null],
    ['broken', {}, null],
    ['nothing', {}, null],
  ])('sums %s %j to %s', (name, labels, expected) => {
    expect(metrics.sum(name, labels as Record<string, string>)).toBe(expected);
  });

  it('knows which metrics have a value', () => {
    expect(['calls_total', 'up', 'absent', 'nothing', 'calls'].map((name) => metrics.has(name))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('takes Windows line ends and an empty text', () => {
    expect(MetricsSnapshot.parse('up 1\r\n').sum('up')).toBe(1);
    expect(MetricsSnapshot.parse('').has('up')).toBe(false);
  });
});
