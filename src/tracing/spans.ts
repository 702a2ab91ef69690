/** Records what the service does as spans of a trace. Does nothing while tracing is off. */
import { context, Context, Span, SpanOptions, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('typeform-onboarding');

/**
 * Runs `work` in a span and resolves or throws as it does. `parent` defaults to the caller's span. Attributes are named
 * `onboarding.*` or follow OpenTelemetry's conventions, and hold neither personal data nor secrets.
 */
export function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  return tracer.startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      // The name only: a message may quote the data being processed.
      span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', nameOf(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
