/**
 * The data source of the TypeORM command line (`npm run migration:run`, `migration:revert`, `migration:show`); it needs
 * DATABASE_URL. The service builds its own from the same options.
 */
import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { ApiKey } from './src/access/api-key.entity';
import { Session } from './src/access/sessions/session.entity';
import { AuditEntry } from './src/audit/audit-entry.entity';
import { BackfillRun } from './src/backfill/backfill-run.entity';
import { CompletenessCheck } from './src/backfill/completeness/completeness-check.entity';
import { TypeformResponseDay } from './src/backfill/completeness/typeform-response-day.entity';
import { TypeformResponse } from './src/backfill/completeness/typeform-response.entity';
import { loadConfigOrExit } from './src/config/process-environment';
import { dataSourceOptions } from './src/database/data-source-options';
import { DeploymentChecklist } from './src/operations/checklist/deployment-checklist.entity';
import { ErasedResponse } from './src/privacy/erased-response.entity';
import { IntakeOutage } from './src/inbox/intake-outage.entity';
import { IntakeProcess } from './src/inbox/intake-process.entity';
import { WebhookEvent } from './src/inbox/webhook-event.entity';
import { Job } from './src/jobs/job.entity';
import { ClientAlias } from './src/onboarding/who-is-it/client-alias.entity';
import { Client } from './src/onboarding/client.entity';
import { FormResponse } from './src/onboarding/form-response.entity';
import { OnboardingForm } from './src/onboarding/onboarding-form.entity';
import { TypeformCall } from './src/typeform/pace/typeform-call.entity';
import { TypeformPaceState } from './src/typeform/pace/typeform-pace.entity';
import { ReconcilePass } from './src/webhook-management/reconcile-pass.entity';
import { WebhookPush } from './src/webhook-management/webhook-push.entity';
import { Webhook } from './src/webhook-management/webhook.entity';

export const ENTITIES = [
  WebhookEvent,
  OnboardingForm,
  FormResponse,
  Client,
  ClientAlias,
  Job,
  Webhook,
  WebhookPush,
  ReconcilePass,
  ApiKey,
  Session,
  AuditEntry,
  TypeformPaceState,
  TypeformCall,
  BackfillRun,
  CompletenessCheck,
  TypeformResponse,
  TypeformResponseDay,
  IntakeProcess,
  IntakeOutage,
  ErasedResponse,
  DeploymentChecklist,
];

const { database } = loadConfigOrExit().config;
if (database.url === null)
  throw new Error('Set DATABASE_URL: the TypeORM command line does not start the embedded PostgreSQL.');

// A migration may take longer than a statement of the service.
export default new DataSource({
  ...dataSourceOptions(database.url, database.poolSize, { timeouts: false }),
  entities: ENTITIES,
});
