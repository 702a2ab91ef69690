/** The seam between reading stored responses again and deciding which client each belongs to. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Identifiers } from '../core/identifiers';
import { ClientResolver } from './client-resolver';
import type { FormResponse } from './form-response.entity';

@Injectable()
export class Reassignment {
  constructor(private readonly clients: ClientResolver) {}

  /** Gives responses, whose rows are locked and hold `identifiers` by now, to their clients, in the caller's transaction. */
  async assign(
    manager: EntityManager,
    responses: readonly { response: FormResponse; identifiers: Identifiers }[],
    now: Date,
  ): Promise<void> {
    for (const { response, identifiers } of responses) {
      const { formId, token, effectiveAt, clientId, responseType } = response;
      const completed = responseType === 'completed';
      await this.clients.assign(
        manager,
        { formId, token, effectiveAt, isNew: false, clientId, completed, identifiers },
        now,
      );
    }
  }
}
