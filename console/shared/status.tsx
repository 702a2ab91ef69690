import css from './status.module.css';

type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

/** A sign and a word for each state that the service speaks of: colour alone says nothing. */
const STATES: Record<string, { word: string; tone: Tone }> = {
  processed: { word: 'Processed', tone: 'good' },
  pending: { word: 'Pending', tone: 'busy' },
  retrying: { word: 'Retrying', tone: 'warn' },
  dead: { word: 'Dead', tone: 'bad' },
  ignored: { word: 'Ignored', tone: 'quiet' },
  quarantined: { word: 'Quarantined', tone: 'warn' },
  in_sync: { word: 'In sync', tone: 'good' },
  drifted: { word: 'Drifted', tone: 'warn' },
  missing: { word: 'Missing', tone: 'bad' },
  disabled_by_typeform: { word: 'Disabled at Typeform', tone: 'bad' },
  unreachable: { word: 'Unreachable', tone: 'warn' },
  removed: { word: 'Deleted', tone: 'quiet' },
  complete: { word: 'Complete', tone: 'good' },
  not_yet_known: { word: 'Not yet known', tone: 'quiet' },
  queued: { word: 'Queued', tone: 'busy' },
  running: { word: 'Running', tone: 'busy' },
  done: { word: 'Done', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
  active: { word: 'Active', tone: 'good' },
  paused: { word: 'Paused', tone: 'quiet' },
  completed: { word: 'Completed', tone: 'good' },
  partial: { word: 'Partial', tone: 'quiet' },
  test: { word: 'Test', tone: 'quiet' },
  revoked: { word: 'Revoked', tone: 'quiet' },
  expired: { word: 'Expired', tone: 'warn' },
  conflict: { word: 'Conflict', tone: 'warn' },
  at_risk: { word: 'At risk', tone: 'bad' },
};

const SIGNS: Record<Tone, string> = {
  good: 'M3.5 8.5l3 3 6-7',
  busy: 'M8 4v4l3 2',
  warn: 'M8 4v5M8 11.5v.5',
  bad: 'M5 5l6 6M11 5l-6 6',
  quiet: 'M4.5 8h7',
};

export const stateWord = (state: string): string => STATES[state]?.word ?? state.replaceAll('_', ' ');

export function Status({ of, word }: { of: string; word?: string }) {
  const tone = STATES[of]?.tone ?? 'quiet';
  return (
    <span className={`${css.status} ${css[tone]}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="7.25" className={css.disc} />
        <path d={SIGNS[tone]} className={css.sign} />
      </svg>
      {word ?? stateWord(of)}
    </span>
  );
}
