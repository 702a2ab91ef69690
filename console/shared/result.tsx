import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { Notice } from './states';

let current: ReactNode = null;
const readers = new Set<() => void>();

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

/** Tells what became of an action. Call it once the service has answered: the click that started the action comes first. */
export function sayResult(result: ReactNode): void {
  current = result;
  for (const each of readers) each();
}

const forget = (): void => sayResult(null);

function forgetOnAction({ target }: MouseEvent): void {
  if (target instanceof Element && target.closest('a, button, input, select, textarea, label')) forget();
}

/** What became of the last action, until the next one: a press on anything, by mouse or key, or a step back. */
export function Result() {
  const result = useSyncExternalStore(subscribe, () => current);
  useEffect(() => {
    document.addEventListener('click', forgetOnAction);
    window.addEventListener('popstate', forget);
    return () => {
      document.removeEventListener('click', forgetOnAction);
      window.removeEventListener('popstate', forget);
    };
  }, []);
  return result && <Notice>{result}</Notice>;
}
