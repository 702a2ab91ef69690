import { useNow } from './clock';
import { localTime, relativeTime, utcTime } from './time-words';
import css from './when.module.css';

/** A time as people say it; the exact one, UTC and local, is its tooltip, or stands beside it with `exact`. */
export function When({ at, exact = false }: { at: string | null; exact?: boolean }) {
  const now = useNow();
  if (at === null) return <span className={css.none}>never</span>;
  const time = Date.parse(at);
  const precise = `${utcTime(time)} · ${localTime(time)}`;
  return (
    <time dateTime={at} title={precise}>
      <span className={css.relative}>{relativeTime(time, now)}</span>
      {exact && <span className={css.exact}>{precise}</span>}
    </time>
  );
}
