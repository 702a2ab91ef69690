/** The service's own Typeform client without the service: same account, same pace, same errors. */
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { AppConfig } from '../../../config/app-config';
import { Clock } from '../../../database/clock';
import { fetchNoticed } from '../../../typeform/fetch-noticed';
import { HttpTypeformApi } from '../../../typeform/http-typeform-api';
import { TypeformPace } from '../../../typeform/pace/typeform-pace';
import { TypeformPaceRepository } from '../../../typeform/pace/typeform-pace.repository';
import { typeformAccount, TypeformAccount } from '../../../typeform/typeform-account';
import { CallOptions, TypeformApi } from '../../../typeform/typeform-api';
import { TypeformCaller } from '../../../typeform/typeform-caller';
import { TYPEFORM_METRIC_PROVIDERS, TypeformMetrics } from '../../../typeform/typeform-metrics';
import { anythingSchema } from '../../../typeform/typeform-schemas';
import { responseIds, responsesPath } from '../../../typeform/typeform-paths';
import type { ClockReading } from '../host/clock-skew';
import { LocalTurns } from './local-turns';

const formsPageSchema = z.object({ total_items: z.number(), items: z.array(z.object({ id: z.string() })) });

/** How many forms the key can see, and one of them. */
export interface SeenForms {
  total: number;
  firstId: string | null;
}

class TypeformAccessModule {}

export class TypeformAccess {
  readonly api: TypeformApi;
  readonly baseUrl: string;
  private readonly caller: TypeformCaller;
  private readonly pace: TypeformPace;
  private listing: Promise<SeenForms> | null = null;

  private constructor(private readonly context: INestApplicationContext) {
    this.api = context.get(TypeformApi);
    this.caller = context.get(TypeformCaller);
    this.pace = context.get(TypeformPace);
    this.baseUrl = context.get(TypeformAccount).baseUrl;
  }

  /** `shared`: the database whose `typeform_pace` gives the turns; null: a pace of this process alone. */
  static async open(config: AppConfig, shared: DataSource | null, clock: Clock): Promise<TypeformAccess> {
    const turns = shared === null ? new LocalTurns() : new TypeformPaceRepository(shared);
    const providers = [
      { provide: AppConfig, useValue: config },
      { provide: Clock, useValue: clock },
      { provide: TypeformPaceRepository, useValue: turns },
      { provide: TypeformAccount, useFactory: typeformAccount, inject: [AppConfig] },
      { provide: TypeformApi, useClass: HttpTypeformApi },
      TypeformPace,
      TypeformCaller,
      TypeformMetrics,
      ...TYPEFORM_METRIC_PROVIDERS,
    ];
    const options = { logger: false, abortOnError: false } as const;
    return new TypeformAccess(
      await NestFactory.createApplicationContext({ module: TypeformAccessModule, providers }, options),
    );
  }

  /** Asked only once for all checks. Throws TypeformError. */
  forms(options: CallOptions): Promise<SeenForms> {
    const call = {
      ...options,
      operation: 'list_forms',
      method: 'GET',
      path: '/forms',
      query: { page_size: '1' },
    } as const;
    this.listing ??= this.caller
      .call(call, formsPageSchema)
      .then(({ total_items: total, items }) => ({ total, firstId: items[0]?.id ?? null }));
    return this.listing;
  }

  /** Reads, or deletes, the response of an id that no response has: nothing is found and nothing changes. Throws TypeformError. */
  async touchNoResponse(method: 'GET' | 'DELETE', formId: string, id: string, options: CallOptions): Promise<void> {
    const operation = method === 'GET' ? 'list_responses' : 'delete_responses';
    const query = { included_response_ids: responseIds([id]) };
    await this.caller.call({ ...options, operation, method, path: responsesPath(formId), query }, anythingSchema);
  }

  /** Typeform's clock from its Date header, to the second; null when there is none. Sends no key. */
  async readClock(clock: Clock, signal: AbortSignal): Promise<ClockReading | null> {
    const turn = await this.pace.take({ priority: 'interactive', operation: 'read_clock', signal });
    const startedAt = performance.now();
    const askedAtMs = clock.now().getTime();
    let status: number | null = null;
    try {
      const answer = await fetchNoticed(this.baseUrl, { redirect: 'manual', signal }, () => this.pace.sent(turn));
      const heardAtMs = clock.now().getTime();
      status = answer.status;
      await answer.body?.cancel();
      const theirMs = Date.parse(answer.headers.get('date') ?? '');
      return Number.isNaN(theirMs)
        ? null
        : { whose: "Typeform's clock", theirMs, askedAtMs, heardAtMs, precisionMs: 1_000 };
    } finally {
      await this.pace.finish(turn, { status, durationMs: performance.now() - startedAt });
    }
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
