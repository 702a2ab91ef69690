/** The header that names the trace of a request (W3C Trace Context, section 3.2). */

/** Version, trace id, span id, flags; ids of zeros and version ff are invalid. Later versions may append fields. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)/;
const LENGTH = 55;

/** The part of the header's value that every version has; undefined when it is missing or invalid. */
export function readTraceparent(header: unknown): string | undefined {
  if (typeof header !== 'string') return undefined;
  const version = TRACEPARENT.exec(header)?.[1];
  if (version === undefined || (version === '00' && header.length !== LENGTH)) return undefined;
  return header.slice(0, LENGTH);
}

/** The header that names a span. */
export function formatTraceparent(span: { traceId: string; spanId: string; traceFlags: number }): string {
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}
