import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhookSecretsCache } from './webhook-secrets';
import { WebhookSecretsRepository } from './webhook-secrets.repository';
import { Webhook } from './webhook.entity';

/** Webhooks with an endpoint and a secret of their own. */
@Module({
  imports: [TypeOrmModule.forFeature([Webhook])],
  providers: [WebhookSecretsCache, WebhookSecretsRepository],
  exports: [WebhookSecretsCache],
})
export class WebhooksModule {}
