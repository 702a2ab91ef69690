/** Checklist, "Monitoring and Alerting": every metric that alerts and dashboards query is there. */
import { failed, passed } from '../check';
import type { LinkedCheck } from './link-checks';
import type { VerifyId } from './verify-ids';
import { METRICS } from './common-findings';
import type { VerifyRun } from './verify-run';

/** Names in the text format; histograms by their count. */
export const NEEDED_METRICS = [
  'onboarding_webhook_requests_total',
  'onboarding_webhook_ack_seconds_count',
  'onboarding_inbox_events',
  'onboarding_inbox_oldest_age_seconds',
  'onboarding_inbox_waiting_commits',
  'onboarding_event_processing_seconds_count',
  'onboarding_event_processing_failures_total',
  'onboarding_events_dead_total',
  'onboarding_event_record_delay_seconds_count',
  'onboarding_database_pool_connections',
  'onboarding_typeform_calls_total',
  'onboarding_typeform_call_seconds_count',
  'onboarding_typeform_call_wait_seconds_count',
  'onboarding_typeform_rate_limited_total',
  'onboarding_typeform_pace_compliance',
  'onboarding_typeform_calls_in_busiest_10_seconds',
  'onboarding_webhooks',
  'onboarding_webhooks_at_risk',
  'onboarding_webhooks_wrong_secret',
  'onboarding_webhook_repairs_total',
  'onboarding_webhook_reconciled_timestamp_seconds',
  'onboarding_backfill_recovered_total',
  'onboarding_backfill_runs_total',
  'onboarding_log_lines_total',
  'onboarding_build_info',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
  'nodejs_eventloop_lag_seconds',
] as const;

export function metricsCheck(run: VerifyRun): LinkedCheck<VerifyId> {
  return {
    id: 'metrics.present',
    title: 'every metric that alerts need is there',
    severity: 'block',
    needs: ['service.started'],
    run: async (signal) => {
      const { metrics } = await run.metrics(signal);
      const missing = NEEDED_METRICS.filter((name) => !metrics.has(name));
      if (missing.length === 0) return passed(`all ${NEEDED_METRICS.length} metrics are there`);
      const remedy =
        missing.length === NEEDED_METRICS.length
          ? METRICS
          : 'deploy the version of the service that this verify belongs to';
      return failed(`missing: ${missing.join(', ')}`, remedy);
    },
  };
}
