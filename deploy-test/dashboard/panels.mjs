// What the dashboard shows: rows of panels, each with its queries. $job is chosen on the dashboard.
// Every query is checked against a real Prometheus that scrapes the real service (npm run test:deploy).

const TAKEN = 'outcome=~"accepted|duplicate|quarantined"';
const COUNTED = 'outcome=~"accepted|duplicate|quarantined|rate_limited|unavailable|error"';

const select = (metric, labels = '') => `${metric}{job=~"$job"${labels ? `, ${labels}` : ''}}`;
const rate = (metric, labels) => `rate(${select(metric, labels)}[$__rate_interval])`;
const mean = (histogram) => `sum(${rate(`${histogram}_sum`)}) / sum(${rate(`${histogram}_count`)})`;
const quantile = (share, histogram) => `histogram_quantile(${share}, sum by (le) (${rate(`${histogram}_bucket`)}))`;

const successRate = `sum(${rate('onboarding_webhook_requests_total', TAKEN)}) / sum(${rate('onboarding_webhook_requests_total', COUNTED)})`;
const memoryGrowth = `${select('process_resident_memory_bytes')} - min_over_time(${select('process_resident_memory_bytes')}[1d])`;
const status = (value) => `max(${select('onboarding_inbox_events', `status="${value}"`)})`;

/** Steps of thresholds: the colour from a value on. The first one has no value. */
const falling = (red, amber) => [['red'], ['orange', red], ['green', amber]];
const rising = (amber, red) => [['green'], ['orange', amber], ['red', red]];
const wanted = [['red'], ['green', 1]];
const unwanted = [['green'], ['red', 1]];

/** `kind`: stat (the latest value) or graph. `queries`: [PromQL, legend]. `unit`: Grafana's name of it. */
export const ROWS = [
  {
    title: 'At a glance',
    panels: [
      {
        kind: 'stat',
        title: 'Success rate',
        unit: 'percentunit',
        decimals: 2,
        steps: falling(0.95, 0.99),
        queries: [[successRate]],
        description: 'Valid webhooks that were accepted. Target over 99 %, critical below 95 %, rollback below 90 %.',
      },
      {
        kind: 'stat',
        title: 'Acknowledged within (mean)',
        unit: 's',
        steps: rising(0.05, 0.1),
        queries: [[mean('onboarding_webhook_ack_seconds')]],
        description: 'Target under 50 ms, warning over 100 ms.',
      },
      {
        kind: 'stat',
        title: 'Memory growth in a day',
        unit: 'bytes',
        steps: rising(150e6, 200e6),
        queries: [[`max(${memoryGrowth})`]],
        description: 'Of the process that grew most. Target under 200 MB.',
      },
      {
        kind: 'stat',
        title: 'Pace compliance',
        unit: 'percentunit',
        steps: falling(0.9, 0.95),
        queries: [[`min(${select('onboarding_typeform_pace_compliance')})`]],
        description:
          '10-second windows of the last 15 minutes with no more than 2 calls a second to Typeform. Target 95 %.',
      },
      {
        kind: 'stat',
        title: 'Retry queue',
        unit: 'short',
        steps: rising(1, 10),
        queries: [[status('retrying')]],
        description: 'Events that failed and are waiting for another attempt.',
      },
      {
        kind: 'stat',
        title: 'Dead events',
        unit: 'short',
        steps: unwanted,
        queries: [[status('dead')]],
        description: 'Given up: fix the cause and replay them.',
      },
      {
        kind: 'stat',
        title: 'Ready processes',
        unit: 'short',
        steps: wanted,
        queries: [[`sum(${select('onboarding_ready')})`]],
        description: 'Processes that could commit an event now.',
      },
      {
        kind: 'stat',
        title: 'Firing alerts',
        unit: 'short',
        steps: unwanted,
        queries: [[`count(ALERTS{alertstate="firing", job=~"$job"}) or vector(0)`]],
        description: 'docs/runbook.md has an entry for each.',
      },
    ],
  },
  {
    title: 'Webhooks from Typeform',
    panels: [
      {
        title: 'Webhooks per second by outcome',
        unit: 'reqps',
        queries: [[`sum by (outcome) (${rate('onboarding_webhook_requests_total')})`, '{{outcome}}']],
      },
      {
        title: 'Success rate',
        unit: 'percentunit',
        min: 0,
        max: 1,
        steps: falling(0.95, 0.99),
        queries: [[successRate, 'accepted']],
      },
      {
        title: 'Time to acknowledge',
        unit: 's',
        steps: rising(0.05, 0.1),
        queries: [
          [mean('onboarding_webhook_ack_seconds'), 'mean'],
          [quantile(0.5, 'onboarding_webhook_ack_seconds'), 'p50'],
          [quantile(0.95, 'onboarding_webhook_ack_seconds'), 'p95'],
          [quantile(0.99, 'onboarding_webhook_ack_seconds'), 'p99'],
        ],
      },
      {
        title: 'Compared with the mean of the last day',
        unit: 'percentunit',
        steps: rising(1.2, 1.5),
        queries: [
          [
            `(${mean('onboarding_webhook_ack_seconds')}) / (sum(rate(${select('onboarding_webhook_ack_seconds_sum')}[1d])) / sum(rate(${select('onboarding_webhook_ack_seconds_count')}[1d])))`,
            'time to acknowledge',
          ],
        ],
        description: 'Over 120 % is a degradation of more than 20 %.',
      },
      {
        title: 'Webhooks waiting for their commit',
        unit: 'short',
        steps: rising(2500, 5000),
        queries: [[select('onboarding_inbox_waiting_commits'), '{{instance}}']],
      },
      {
        title: 'Endpoints that Typeform is about to disable',
        unit: 'short',
        steps: unwanted,
        queries: [[`max(${select('onboarding_webhooks_at_risk')})`, 'at risk']],
      },
    ],
  },
  {
    title: 'Inbox and processing',
    panels: [
      {
        title: 'Events that are not done',
        unit: 'short',
        queries: [[`max by (status) (${select('onboarding_inbox_events')})`, '{{status}}']],
      },
      {
        title: 'Age of the oldest',
        unit: 's',
        queries: [[`max by (status) (${select('onboarding_inbox_oldest_age_seconds')})`, '{{status}}']],
      },
      {
        title: 'Processing time per event',
        unit: 's',
        steps: rising(0.05, 0.1),
        queries: [
          [mean('onboarding_event_processing_seconds'), 'mean'],
          [quantile(0.99, 'onboarding_event_processing_seconds'), 'p99'],
        ],
      },
      {
        title: 'From receipt to record',
        unit: 's',
        queries: [
          [mean('onboarding_event_record_delay_seconds'), 'mean'],
          [quantile(0.95, 'onboarding_event_record_delay_seconds'), 'p95'],
        ],
      },
      {
        title: 'Failed attempts by code',
        unit: 'short',
        queries: [
          [`sum by (code) (increase(${select('onboarding_event_processing_failures_total')}[5m]))`, '{{code}}'],
        ],
      },
      {
        title: 'Events given up',
        unit: 'short',
        steps: unwanted,
        queries: [[`sum(increase(${select('onboarding_events_dead_total')}[1h]))`, 'in an hour']],
      },
    ],
  },
  {
    title: 'Security',
    panels: [
      {
        title: 'Refused signatures and unknown endpoints',
        unit: 'short',
        queries: [
          [
            `sum by (outcome) (increase(${select('onboarding_webhook_requests_total', 'outcome=~"signature_.*|unknown_endpoint|unverified"')}[5m]))`,
            '{{outcome}}',
          ],
        ],
      },
      {
        title: 'Replays: duplicates and quarantined',
        unit: 'short',
        queries: [
          [
            `sum by (outcome) (increase(${select('onboarding_webhook_requests_total', 'outcome=~"duplicate|quarantined"')}[5m]))`,
            '{{outcome}}',
          ],
        ],
      },
      {
        title: 'Refused admin API calls',
        unit: 'short',
        queries: [[`sum by (code) (increase(${select('onboarding_admin_refusals_total')}[5m]))`, '{{code}}']],
      },
      {
        title: 'Audit log',
        unit: 'short',
        queries: [
          [`max(${select('onboarding_audit_entries')})`, 'entries'],
          [`min(${select('onboarding_audit_end_intact')})`, 'end intact'],
          [`max(${select('onboarding_audit_late_entries')})`, 'without a seal of their own'],
        ],
      },
    ],
  },
  {
    title: 'Webhooks at Typeform, back-fill',
    panels: [
      {
        title: 'Webhooks by status',
        unit: 'short',
        queries: [[`max by (status) (${select('onboarding_webhooks')})`, '{{status}}']],
      },
      {
        title: 'Repairs',
        unit: 'short',
        queries: [[`sum by (field) (increase(${select('onboarding_webhook_repairs_total')}[1h]))`, '{{field}}']],
      },
      {
        title: 'Since the last comparison',
        unit: 's',
        steps: rising(1800, 3600),
        queries: [[`time() - max(${select('onboarding_webhook_reconciled_timestamp_seconds')})`, 'ago']],
      },
      {
        title: 'Mapped questions that are gone',
        unit: 'short',
        steps: unwanted,
        queries: [[`max(${select('onboarding_form_mapping_problems')})`, 'identifiers']],
      },
      {
        title: 'Recovered submissions',
        unit: 'short',
        queries: [[`sum by (trigger) (increase(${select('onboarding_backfill_recovered_total')}[1h]))`, '{{trigger}}']],
        description: 'With the trigger start, repair or daily, each one is a lost webhook.',
      },
      {
        title: 'Back-fill runs that ended',
        unit: 'short',
        queries: [[`sum by (status) (increase(${select('onboarding_backfill_runs_total')}[1h]))`, '{{status}}']],
      },
    ],
  },
  {
    title: 'Calls to Typeform',
    panels: [
      {
        title: 'Calls per second by outcome',
        unit: 'reqps',
        queries: [[`sum by (outcome) (${rate('onboarding_typeform_calls_total')})`, '{{outcome}}']],
      },
      {
        title: 'Pace compliance',
        unit: 'percentunit',
        min: 0,
        max: 1,
        steps: falling(0.9, 0.95),
        queries: [[`min(${select('onboarding_typeform_pace_compliance')})`, 'kept']],
      },
      {
        title: 'Most calls in any 10 seconds',
        unit: 'short',
        steps: [['green'], ['red', 21]],
        queries: [[`max(${select('onboarding_typeform_calls_in_busiest_10_seconds')})`, 'calls']],
      },
      {
        title: 'Answers 429',
        unit: 'short',
        steps: unwanted,
        queries: [[`sum(increase(${select('onboarding_typeform_rate_limited_total')}[15m]))`, 'in 15 minutes']],
      },
      {
        title: 'Time to answer',
        unit: 's',
        queries: [
          [mean('onboarding_typeform_call_seconds'), 'mean'],
          [quantile(0.95, 'onboarding_typeform_call_seconds'), 'p95'],
        ],
      },
      {
        title: 'Wait for a turn (p95)',
        unit: 's',
        queries: [
          [
            `histogram_quantile(0.95, sum by (le, priority) (${rate('onboarding_typeform_call_wait_seconds_bucket')}))`,
            '{{priority}}',
          ],
        ],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'Memory',
        unit: 'bytes',
        queries: [
          [select('process_resident_memory_bytes'), '{{instance}}'],
          [select('nodejs_heap_size_used_bytes'), 'heap {{instance}}'],
        ],
      },
      {
        title: 'Memory growth in a day',
        unit: 'bytes',
        steps: rising(150e6, 200e6),
        queries: [[memoryGrowth, '{{instance}}']],
      },
      { title: 'Processor', unit: 'percentunit', queries: [[rate('process_cpu_seconds_total'), '{{instance}}']] },
      {
        title: 'Event loop lag (p99)',
        unit: 's',
        steps: rising(0.1, 0.25),
        queries: [[select('nodejs_eventloop_lag_p99_seconds'), '{{instance}}']],
      },
      {
        title: 'Database connections',
        unit: 'short',
        queries: [[`sum by (state) (${select('onboarding_database_pool_connections')})`, '{{state}}']],
      },
      {
        title: 'Database up, ready',
        unit: 'short',
        queries: [
          [select('onboarding_database_up'), 'database {{instance}}'],
          [select('onboarding_ready'), 'ready {{instance}}'],
        ],
      },
      {
        title: 'Log lines',
        unit: 'short',
        queries: [[`sum by (level) (increase(${select('onboarding_log_lines_total')}[5m]))`, '{{level}}']],
      },
      {
        title: 'Clock ahead of the database',
        unit: 's',
        queries: [[select('onboarding_clock_offset_seconds'), '{{instance}}']],
      },
      {
        title: 'Running for',
        unit: 's',
        queries: [[`time() - ${select('process_start_time_seconds')}`, '{{instance}}']],
      },
      {
        title: 'Versions',
        unit: 'short',
        queries: [[`count by (version) (${select('onboarding_build_info')})`, '{{version}}']],
      },
    ],
  },
];
