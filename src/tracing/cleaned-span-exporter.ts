/**
 * The last filter before spans leave the process: only listed attributes pass. Instrumentations add arbitrary data (addresses, query
 * strings, error messages that quote a row), and an allow list stays safe as they change.
 */
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';

type SpanExporter = NodeSDKConfiguration['traceExporter'];
type ReadableSpan = Parameters<SpanExporter['export']>[0][number];

/** Names of OpenTelemetry's semantic conventions. The text of statements holds placeholders, never values. */
const ALLOWED = new Set([
  'db.namespace',
  'db.query.text',
  'db.system.name',
  'error.type',
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'network.protocol.version',
  'url.scheme',
]);
/** The service's own attributes. */
const OWN_PREFIX = 'onboarding.';

export class CleanedSpanExporter implements SpanExporter {
  constructor(private readonly exporter: SpanExporter) {}

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.exporter.export(spans.map(cleaned), done);
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }
}

/** The span without attributes that are not listed, without events (exceptions: message and stack) and without error texts. */
function cleaned(span: ReadableSpan): ReadableSpan {
  const kept = Object.entries(span.attributes).filter(([name]) => ALLOWED.has(name) || name.startsWith(OWN_PREFIX));
  return Object.create(span, {
    attributes: { value: Object.fromEntries(kept) },
    events: { value: [] },
    status: { value: { code: span.status.code } },
  }) as ReadableSpan;
}
