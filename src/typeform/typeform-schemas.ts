/**
 * Typeform's answers, validated on arrival and mapped to our names. Liberal: unknown members are tolerated, what this
 * service relies on is required (typeform.md sections 4, 6 and 7).
 */
import { z } from 'zod';

/**
 * A list whose items are read one by one: one that cannot be read does not make the rest unreadable. `why` names the first problem by
 * its place in the item, never by a value.
 */
function readableItems<Item extends z.ZodType>(schema: Item) {
  return z.array(z.unknown()).transform((given) => {
    const results = given.map((item) => schema.safeParse(item));
    const [issue] = results.flatMap(({ error }) => error?.issues ?? []);
    return {
      items: results.flatMap((result) => (result.success ? [result.data] : [])),
      unreadable: results.filter(({ success }) => !success).length,
      unreadableWhy: issue ? `${issue.path.join('.') || 'the item'}: ${issue.code}` : null,
    };
  });
}

/** A form in the list of an account's forms. */
const formSummarySchema = z
  .object({
    id: z.string().min(1),
    title: z.string().catch(''),
    last_updated_at: z.iso.datetime({ offset: true }).nullish().catch(null),
    _links: z.object({ display: z.string().optional() }).optional().catch(undefined),
  })
  .transform((form) => ({
    id: form.id,
    title: form.title,
    lastUpdatedAt: form.last_updated_at ? new Date(form.last_updated_at) : null,
    displayUrl: form._links?.display ?? null,
  }));

/** One page of the account's forms. */
export const formPageSchema = z
  .object({
    total_items: z.number().int().nonnegative(),
    page_count: z.number().int().nonnegative(),
    items: readableItems(formSummarySchema),
  })
  .transform(({ total_items, page_count, items }) => ({ totalItems: total_items, pageCount: page_count, ...items }));

/** A form as its owner made it. `fields` stay as they came: groups nest them in `properties.fields`. */
export const formSchema = z
  .object({
    id: z.string().min(1),
    title: z.string().catch(''),
    fields: readableItems(z.looseObject({ id: z.string(), type: z.string() })).optional(),
    hidden: z.array(z.string()).nullish(),
    thankyou_screens: z.array(z.looseObject({})).nullish().catch(null),
    _links: z.object({ display: z.string().optional(), responses: z.string().optional() }).optional(),
  })
  .transform(({ id, title, fields, hidden, thankyou_screens: endings, _links: links }) => ({
    id,
    title,
    fields: fields?.items ?? [],
    hidden: hidden ?? [],
    endings: endings ?? [],
    displayUrl: links?.display ?? null,
    responsesUrl: links?.responses ?? null,
  }));

/** A webhook. A secret that Typeform may echo is dropped here. */
export const webhookSchema = z
  .object({
    id: z.string().optional(),
    form_id: z.string().optional(),
    tag: z.string().min(1),
    url: z.string(),
    enabled: z.boolean(),
    verify_ssl: z.boolean().default(true),
    event_types: z.record(z.string(), z.boolean()).default({ form_response: true }),
    created_at: z.string().nullish(),
    updated_at: z.string().nullish(),
  })
  .transform((webhook) => ({
    tag: webhook.tag,
    url: webhook.url,
    enabled: webhook.enabled,
    verifySsl: webhook.verify_ssl,
    eventTypes: webhook.event_types,
    createdAt: webhook.created_at ?? null,
    updatedAt: webhook.updated_at ?? null,
  }));

export const webhookListSchema = z.object({ items: readableItems(webhookSchema) }).transform(({ items }) => items);

/** One page of responses. Items stay as they came, whatever they are: they are read where webhooks are read. */
export const responsePageSchema = z
  .object({
    total_items: z.number().int().nonnegative(),
    page_count: z.number().int().nonnegative(),
    items: z.array(z.unknown().transform((item): Record<string, unknown> => (isRecord(item) ? item : { item }))),
  })
  .transform(({ total_items, page_count, items }) => ({ totalItems: total_items, pageCount: page_count, items }));

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Answers whose content does not matter (deletions). */
export const anythingSchema = z.unknown();

export type RemoteForm = z.output<typeof formSchema>;
export type RemoteFormPage = z.output<typeof formPageSchema>;
export type RemoteWebhook = z.output<typeof webhookSchema>;
export type RemoteResponsePage = z.output<typeof responsePageSchema>;
