import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Repository } from 'typeorm';
import { Webhook } from './webhook.entity';

@Injectable()
export class WebhookSecretsRepository {
  constructor(@InjectRepository(Webhook) private readonly webhooks: Repository<Webhook>) {}

  /** The sealed secrets of every webhook that is there or was removed after `removedAfter`. */
  all(removedAfter: Date): Promise<Webhook[]> {
    return this.webhooks.find({ where: [{ removedAt: IsNull() }, { removedAt: MoreThan(removedAfter) }] });
  }
}
