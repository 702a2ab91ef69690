import { formatTraceparent, readTraceparent } from './traceparent';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const VALID = `00-${TRACE_ID}-${SPAN_ID}-01`;

describe('readTraceparent', () => {
  it.each([
    ['the version of today', VALID, VALID],
    ['a later version with more fields', `01-${TRACE_ID}-${SPAN_ID}-00-more`, `01-${TRACE_ID}-${SPAN_ID}-00`],
    ['a later version without', `cc-${TRACE_ID}-${SPAN_ID}-01`, `cc-${TRACE_ID}-${SPAN_ID}-01`],
  ])('takes %s', (_what, header, expected) => expect(readTraceparent(header)).toBe(expected));

  it.each([
    ['nothing', undefined],
    ['two headers', [VALID, VALID]],
    ['an empty value', ''],
    ['upper case', VALID.toUpperCase()],
    ['the forbidden version', `ff-${TRACE_ID}-${SPAN_ID}-01`],
    ['more fields than this version has', `${VALID}-more`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN_ID}-01`],
    ['a span id of zeros', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['text behind the flags', `01-${TRACE_ID}-${SPAN_ID}-01x`],
    ['text with a line break', `${VALID}\nlevel=error`],
    ['a short trace id', `00-${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
  ])('refuses %s', (_what, header) => expect(readTraceparent(header)).toBeUndefined());
});

it('formatTraceparent writes what readTraceparent reads', () => {
  const written = formatTraceparent({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 });
  expect(written).toBe(VALID);
  expect(readTraceparent(written)).toBe(written);
});
