import { type SandboxOptions, TypeformSandbox } from '../../sandbox/sandbox';
import { WebhookReceiver } from './webhook-receiver';

export const API_KEY = 'tfp_sandbox_test_key';
export const SECRET = 'a secret of the webhook';
export const MINUTE = 60;
export const HOUR = 60 * MINUTE;

/** What an HTTP API answered: the tests check it. */
export type Json = ReturnType<typeof JSON.parse>;

export interface Reply {
  status: number;
  headers: Headers;
  body: Json;
}

/** An item of the Responses API, as far as tests read it. */
export interface ResponseItem {
  token: string;
  answers: { type: string; email?: string; field: { ref: string } }[];
}

type SubmissionInput = Parameters<TypeformSandbox['control']['submit']>[1];

/** A sandbox whose clock stands still until a test moves it, and whose rate limit is out of the way. */
export function startSandbox(options: Partial<SandboxOptions> = {}): Promise<TypeformSandbox> {
  return TypeformSandbox.start({
    port: 0,
    apiKey: API_KEY,
    seed: 42,
    clockSpeed: 0,
    rateLimitPerSecond: 10_000,
    deliveryConcurrency: 1,
    ...options,
  });
}

/** One sandbox per test file, reset before each test, with a receiver for its webhooks and short words for what tests do. */
export class SandboxHarness {
  sandbox!: TypeformSandbox;
  receiver!: WebhookReceiver;
  /** The English onboarding form. */
  formId!: string;

  /** Registers the hooks of Jest that start and stop everything. */
  static install(): SandboxHarness {
    const harness = new SandboxHarness();
    beforeAll(async () => {
      harness.sandbox = await startSandbox();
    });
    afterAll(() => harness.sandbox.stop());
    beforeEach(async () => {
      harness.sandbox.control.reset();
      harness.receiver = await WebhookReceiver.start();
      harness.formId = harness.sandbox.control.forms()[0]!.id;
    });
    afterEach(() => harness.receiver.stop());
    return harness;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const response = await fetch(this.sandbox.url + path, {
      method,
      redirect: 'manual',
      headers: {
        Authorization: `Bearer ${API_KEY}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('application/json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  putWebhook(tag: string, body: Record<string, unknown>, formId = this.formId): Promise<Reply> {
    return this.call('PUT', `/forms/${formId}/webhooks/${encodeURIComponent(tag)}`, body);
  }

  async enableWebhook(tag = 'onboarding', body: Record<string, unknown> = {}): Promise<void> {
    const reply = await this.putWebhook(tag, { url: this.receiver.url, enabled: true, secret: SECRET, ...body });
    expect(reply.status).toBe(200);
  }

  /** Moves the clock; resolves when every attempt that fell due has been made. */
  advance(advanceSeconds: number) {
    return this.sandbox.control.setClock({ advanceSeconds });
  }

  settle() {
    return this.advance(0);
  }

  submit(input: SubmissionInput = {}) {
    return this.sandbox.control.submit(this.formId, input);
  }

  /** Submits once; the token. */
  submitOne(input: SubmissionInput = {}): string {
    return this.submit(input)[0]!.token;
  }

  responses(query = ''): Promise<Reply> {
    return this.call('GET', `/forms/${this.formId}/responses${query}`);
  }

  /** When the attempts of the only delivery were made, in minutes after the first. */
  attemptMinutes(): number[] {
    const times = this.sandbox.control.deliveries()[0]!.attempts.map(({ at }) => Date.parse(at));
    return times.map((time) => (time - times[0]!) / 60_000);
  }
}

export function itemsOf(reply: Reply): ResponseItem[] {
  return reply.body.items as ResponseItem[];
}

export function tokensOf(reply: Reply): string[] {
  return itemsOf(reply).map(({ token }) => token);
}
