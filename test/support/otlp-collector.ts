/** An OpenTelemetry collector, as far as a sender can tell: takes spans in over OTLP/HTTP (protobuf) and keeps them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { parse } from 'protobufjs';

/** The fields of opentelemetry-proto 1.x that the tests look at, by their numbers there. */
const REQUEST = parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    repeated KeyValue attributes = 9; repeated Event events = 11; repeated Link links = 13; Status status = 15;
  }
  message Event { string name = 2; }
  message Link { bytes trace_id = 1; bytes span_id = 2; }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; ArrayValue array_value = 5; } }
  message ArrayValue { repeated AnyValue values = 1; }
`).root.lookupType('Request');

interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  arrayValue?: { values?: AnyValue[] };
}
type Attributes = { key: string; value: AnyValue }[];
interface RequestObject {
  resourceSpans?: { resource: { attributes?: Attributes }; scopeSpans?: { spans?: RawSpan[] }[] }[];
}
interface RawSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes?: Attributes;
  events?: unknown[];
  links?: { traceId: string; spanId: string }[];
  status?: { message?: string; code?: number };
}

/** A span as received; ids in hex. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  attributes: Record<string, unknown>;
  links: string[];
  events: number;
  failed: boolean;
  statusMessage: string;
  service: unknown;
}

export class OtlpCollector {
  readonly spans: ReceivedSpan[] = [];
  /** Every byte of every request, for searching. */
  received = '';

  private constructor(private readonly server: Server) {}

  /** With `silent` it takes requests in and never answers. */
  static async start({ silent = false } = {}): Promise<OtlpCollector> {
    const server = createServer();
    const collector = new OtlpCollector(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => {
        const sent = Buffer.concat(chunks);
        collector.take(request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent);
        if (!silent) response.setHeader('content-type', 'application/x-protobuf').end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  named(name: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(body: Buffer): void {
    this.received += body.toString('latin1');
    const { resourceSpans = [] } = REQUEST.toObject(REQUEST.decode(body), {
      bytes: String,
      longs: String,
    }) as RequestObject;
    for (const { resource, scopeSpans = [] } of resourceSpans) {
      const service = valuesOf(resource.attributes)['service.name'];
      for (const { spans = [] } of scopeSpans) this.spans.push(...spans.map((span) => toReceived(span, service)));
    }
  }
}

function toReceived(span: RawSpan, service: unknown): ReceivedSpan {
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId ?? ''),
    name: span.name,
    attributes: valuesOf(span.attributes),
    links: (span.links ?? []).map(({ spanId }) => hex(spanId)),
    events: span.events?.length ?? 0,
    failed: span.status?.code === 2,
    statusMessage: span.status?.message ?? '',
    service,
  };
}

const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex');

function valuesOf(attributes: Attributes = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf({ stringValue, boolValue, intValue, arrayValue }: AnyValue): unknown {
  if (arrayValue) return (arrayValue.values ?? []).map(valueOf);
  return stringValue ?? boolValue ?? (intValue === undefined ? null : Number(intValue));
}
