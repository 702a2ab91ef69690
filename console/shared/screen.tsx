import { useEffect, type ReactNode } from 'react';
import css from './screen.module.css';

/** The frame of each screen: one first-level heading, what can be done, the content. Where `title` names a person, `tab` must not. */
export function Screen({
  title,
  tab = title,
  about,
  actions,
  children,
}: {
  title: string;
  /** The title of the browser's tab, which its history keeps. */
  tab?: string;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${tab} · Typeform onboarding`;
  }, [tab]);
  return (
    <div className={css.screen}>
      <header className={css.head}>
        <div className={css.words}>
          <h1>{title}</h1>
          {about && <div className={css.about}>{about}</div>}
        </div>
        {actions && <div className={css.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a screen with its heading. */
export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={css.section}>
      <div className={css.sectionHead}>
        <h2>{title}</h2>
        {actions && <div className={css.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** Names and values; two questions of a form may have the same title. */
export function Facts({ of }: { of: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={css.facts}>
      {of.map(([name, value], at) => (
        <div key={at}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
