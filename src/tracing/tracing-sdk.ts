/** The OpenTelemetry SDK as this service uses it: traces only (metrics are Prometheus'), everything else by OTEL_* variables. */
import { setTimeout as delay } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { core, NodeSDK, resources } from '@opentelemetry/sdk-node';
import { CleanedSpanExporter } from './cleaned-span-exporter';

/** The default, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES is set. */
const SERVICE_NAME = 'typeform-onboarding';
/** Probes and scrapes would make up most of the spans. */
const NOT_TRACED = /^\/(health|metrics)(\/|\?|$)/;
/** The shutdown has 10 s in total; an unresponsive collector must not use them up. */
const FLUSH_TIMEOUT_MS = 1_500;

/** Starts tracing; the returned function sends the remaining spans and never throws. */
export function startTracingSdk(): () => Promise<void> {
  const sdk = new NodeSDK({
    resource: resources.defaultResource().merge(resources.resourceFromAttributes({ 'service.name': SERVICE_NAME })),
    // Without the process detector, which would send paths, arguments and the user's name.
    resourceDetectors: [resources.envDetector, resources.hostDetector],
    // Without baggage, which would forward what a caller sent.
    textMapPropagator: new core.W3CTraceContextPropagator(),
    traceExporter: new CleanedSpanExporter(new OTLPTraceExporter()),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      new HttpInstrumentation({
        disableOutgoingRequestInstrumentation: true,
        ignoreIncomingRequestHook: ({ url = '/' }) => NOT_TRACED.test(url),
      }),
      // Only spans of a request or a batch: polling would drown them out.
      new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
    ],
  });
  sdk.start();
  return () =>
    Promise.race([sdk.shutdown().catch(() => undefined), delay(FLUSH_TIMEOUT_MS, undefined, { ref: false })]);
}
