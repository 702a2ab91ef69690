/**
 * Tracing by OpenTelemetry, when OTEL_EXPORTER_OTLP_ENDPOINT says where spans go. Import this before everything else but the
 * configuration: the SDK instruments modules as they are loaded. When tracing is off nothing of the SDK is loaded, and what the code says
 * to `@opentelemetry/api` does nothing.
 */
import { tracingIsOn } from './config/process-environment';

/** Sends the remaining spans. Always resolves, within a few seconds. */
export const stopTracing: () => Promise<void> = tracingIsOn ? startSdk() : () => Promise.resolve();

function startSdk(): () => Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when needed, and at once
  return (require('./tracing/tracing-sdk') as typeof import('./tracing/tracing-sdk')).startTracingSdk();
}
