/**
 * Without a Typeform account: the sandbox next to the service, and one round trip through the service's own API: a sandbox form is
 * registered, people submit it, and they become clients. Never in production.
 */
import { LoggerService } from '@nestjs/common';
import { z } from 'zod';
import { AppConfig } from './config/app-config';
import type { TypeformSandbox } from '../sandbox/sandbox';
import { SANDBOX_API_KEY } from './typeform/typeform-account';
import { endpointUrl } from './webhook-management/callback-url';

const SUBMISSIONS = 3;
const PATIENCE_MS = 15_000;
const POLL_MS = 100;

const registered = z.object({ id: z.string(), url: z.string() });
const deliveries = z.object({ items: z.array(z.object({ eventId: z.string() })) });
const responses = z.object({ items: z.array(z.object({ token: z.string() })) });

/** Starts the sandbox when no TYPEFORM_API_KEY is set; null when there is one, or when SANDBOX_PORT is taken. */
export async function startSandbox(config: AppConfig, logger: LoggerService): Promise<TypeformSandbox | null> {
  if (config.typeform.apiKey !== null) return null;
  // Loaded only when it runs: the production image does not contain it.
  const { TypeformSandbox } = await import('../sandbox/sandbox.js');
  try {
    return await TypeformSandbox.start({ port: config.sandboxPort, apiKey: SANDBOX_API_KEY });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    logger.warn(
      `SANDBOX_PORT ${config.sandboxPort} is taken, so no Typeform sandbox was started: set SANDBOX_PORT to a free port and start again`,
      'Sandbox',
    );
    return null;
  }
}

/**
 * Registers the sandbox's first form and, unless it has been submitted before, submits it a few times and waits for the responses.
 * Returns a sentence that says what was done; throws when it fails.
 */
export async function demonstrate(
  sandbox: TypeformSandbox,
  service: { url: string; adminApiKey: string },
  now: Date,
): Promise<string> {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${service.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${service.adminApiKey}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}`);
    return answer.json();
  };
  const form = sandbox.control.forms()[0];
  if (!form) throw new Error('the sandbox has no form');
  const webhook = registered.parse(await call('POST', '/v1/webhooks', { form: form.id }));
  // The sandbox forgets everything when it stops; the service does not, and restores its webhook.
  await call('POST', `/v1/webhooks/${webhook.id}/reconcile`, {});
  // At an earlier start the service may have listened on another port.
  const url = endpointUrl(service.url, webhook.id);
  if (webhook.url !== url) await call('PATCH', `/v1/webhooks/${webhook.id}`, { url });
  const known = deliveries.parse(await call('GET', `/v1/deliveries?formId=${form.id}&limit=1`));
  if (known.items.length > 0) {
    return `Registered the sandbox form ${form.id}; the submissions of an earlier start are still here, so none were added`;
  }
  const submitted = sandbox.control.submit(form.id, { count: SUBMISSIONS, seed: now.toISOString() });
  const tokens = new Set(submitted.map(({ token }) => token));
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const { items } = responses.parse(await call('GET', `/v1/responses?formId=${form.id}&limit=50`));
    if (items.filter(({ token }) => tokens.has(token)).length === tokens.size) {
      return `Registered the sandbox form ${form.id}; ${tokens.size} people submitted it and became clients`;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error('the submissions of the sandbox have not arrived');
}
