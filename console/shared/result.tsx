import { useLocation } from '@tanstack/react-router';
import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { Notice } from './states';

/** What became of the last action, and the path of the page that shows it. */
let current: { page: string; result: ReactNode } | null = null;
const readers = new Set<() => void>();

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

function set(said: typeof current): void {
  current = said;
  for (const each of readers) each();
}

/**
 * Tells on a page, such as `/clients`, what became of an action. Call it once the service has answered, and after the page was opened: the
 * click that started the action and the way to another page forget what was told before.
 */
export const sayResult = (page: string, result: ReactNode): void => set({ page, result });

function forgetOnPress({ target }: MouseEvent): void {
  if (target instanceof Element && target.closest('a, button, input, select, textarea, label')) set(null);
}

/** Forgets a result at the next press on anything, by mouse or key, and when its page is left. Once for all pages. */
export function useForgottenResults(): void {
  const { pathname } = useLocation();
  useEffect(() => {
    if (current?.page !== pathname) set(null);
  }, [pathname]);
  useEffect(() => {
    document.addEventListener('click', forgetOnPress);
    return () => document.removeEventListener('click', forgetOnPress);
  }, []);
}

/** What became of the last action on this page, until the next one. */
export function Result() {
  const { pathname } = useLocation();
  const said = useSyncExternalStore(subscribe, () => current);
  return said?.page === pathname && <Notice>{said.result}</Notice>;
}
