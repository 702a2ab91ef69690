import { useMutation } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { signOut, useSessionQuery, type Session } from '../api/session';
import { forgetSession } from '../api/server-state';
import { Button } from '../shared/button';
import { lateDialog, loadAhead } from '../shared/late';
import { LiveContext, useLiveUpdates } from '../shared/live-updates';
import { useForgottenResults } from '../shared/result';
import { Loading, Problem } from '../shared/states';
import { SCREENS } from './screens';
import css from './shell.module.css';
import { SignIn } from './sign-in';

const Finder = lateDialog(() => import('./finder').then((code) => code.default));

/** Signed in or not: the same address shows the screen or the sign-in. */
export function Shell() {
  const session = useSessionQuery();
  if (session.data) return <SignedIn session={session.data} />;
  if (session.isPending) {
    return (
      <main className={css.alone}>
        <Loading />
      </main>
    );
  }
  if (session.isError) {
    return (
      <main className={css.alone}>
        <h1>Typeform onboarding</h1>
        <Problem error={session.error} retry={() => void session.refetch()} />
      </main>
    );
  }
  return <SignIn />;
}

function SignedIn({ session }: { session: Session }) {
  const live = useLiveUpdates();
  const [finding, setFinding] = useState(false);
  const main = useFocusOnNewScreen();
  const nav = useCurrentItemInView();
  useForgottenResults();
  useEffect(loadAhead, []);
  const leave = useMutation({
    mutationFn: () => signOut(),
    onSuccess: forgetSession,
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // Whoever presses Ctrl-K types on at once.
      if (event.key === 'Control' || event.key === 'Meta') void Finder.preload();
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setFinding(true);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <LiveContext value={live}>
      <a
        href="#content"
        className={css.skip}
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <div className={css.shell}>
        <header className={css.side}>
          <p className={css.brand}>Typeform onboarding</p>
          <nav aria-label="Main" ref={nav} className={css.nav}>
            {SCREENS.map(([to, name]) => (
              <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }} className={css.item}>
                {name}
              </Link>
            ))}
          </nav>
          <div className={css.foot}>
            <p role="status" className={css.lost}>
              {live.lost && 'Not connected: this page may be out of date.'}
            </p>
            <Button kind="quiet" onClick={() => setFinding(true)} aria-keyshortcuts="Control+K" className={css.tool}>
              Find <kbd className={css.key}>Ctrl K</kbd>
            </Button>
            <Button
              kind="quiet"
              className={css.tool}
              aria-pressed={live.paused}
              onClick={() => live.setPaused(!live.paused)}
              title="Whether lists renew themselves as things happen"
            >
              {live.paused ? 'Resume updates' : 'Pause updates'}
              <span className={`${css.live} ${live.connected && !live.paused ? css.on : ''}`} aria-hidden="true" />
            </Button>
            <div className={css.who}>
              <span className={css.name}>{session.name}</span>
              <span className={css.role}>{session.role}</span>
            </div>
            <Button kind="quiet" className={css.tool} busy={leave.isPending} onClick={() => leave.mutate()}>
              Sign out
            </Button>
            {leave.isError && (
              <p role="alert" className={css.lost}>
                You are still signed in. {leave.error.message}
              </p>
            )}
          </div>
        </header>
        <main id="content" ref={main} tabIndex={-1} className={css.main}>
          <Outlet />
        </main>
      </div>
      {finding && <Finder onClose={() => setFinding(false)} />}
    </LiveContext>
  );
}

/** On a narrow screen the navigation is a row that scrolls. Only the row moves, not the page. */
function useCurrentItemInView() {
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    const item = nav.current?.querySelector('[aria-current="page"]');
    if (!nav.current || !item) return;
    const [row, place] = [nav.current.getBoundingClientRect(), item.getBoundingClientRect()];
    nav.current.scrollLeft += place.left + place.width / 2 - (row.left + row.width / 2);
  }, [pathname]);
  return nav;
}

/** A new screen is read from its start. What changes behind the `?` is the same screen. */
function useFocusOnNewScreen() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
