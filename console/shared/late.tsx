/** Code that comes after the first load: screens, tabs and dialogs. It is loaded ahead when the browser has nothing else to do. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ComponentType } from 'react';
import { CONSOLE_BASE } from '../api/client';
import { unreachable } from '../api/problem';
import { serverState } from '../api/server-state';
import { Button } from './button';
import dialog from './dialog.module.css';
import css from './late.module.css';
import { Loading, Problem } from './states';

type Load<Props> = () => Promise<ComponentType<Props>>;

const parts: (() => Promise<void>)[] = [];

/** A part of a page. What cannot be loaded is told in its place; it comes when the service does. */
export function latePart<Props extends object>(load: Load<Props>) {
  const { code, preload } = codeOf(load);
  function Late(props: Props) {
    const { data: Part, error, refetch } = useQuery(code);
    if (Part) return <Part {...props} />;
    return error ? <Problem error={error} retry={() => void refetch()} /> : <Loading />;
  }
  return Object.assign(Late, { preload });
}

/** A dialog. While its code cannot be loaded, a plain one says so. */
export function lateDialog<Props extends { open?: boolean; onClose: () => void }>(load: Load<Props>) {
  const { code, preload } = codeOf(load);
  function Late(props: Props) {
    const { data: Part, error, refetch } = useQuery(code);
    if (Part) return <Part {...props} />;
    if (!error || props.open === false) return null;
    return <NotLoaded error={error} retry={() => void refetch()} onClose={props.onClose} />;
  }
  return Object.assign(Late, { preload });
}

/** Loads one part after the other, so that none is missing when the service goes away. Returns what stops it. */
export function loadAhead(): () => void {
  let stopped = false;
  const next = async (): Promise<void> => {
    for (const preload of parts) if (!stopped) await preload();
  };
  // Safari has no such call.
  if (typeof requestIdleCallback === 'function') requestIdleCallback(() => void next());
  else setTimeout(() => void next(), 1_000);
  return () => void (stopped = true);
}

/** In the query cache, which repeats what failed as soon as the service is back. */
function codeOf<Props>(load: Load<Props>) {
  const code = queryOptions({
    queryKey: ['code', parts.length],
    queryFn: () => load().catch(fail),
    staleTime: Infinity,
    gcTime: Infinity,
    structuralSharing: false,
  });
  const preload = (): Promise<void> => serverState.prefetchQuery({ ...code, retry: false });
  parts.push(preload);
  return { code, preload };
}

/** Where the service answers, it has another version with other files: then only a reload helps. */
async function fail(reason: unknown): Promise<never> {
  const answer = await fetch(CONSOLE_BASE, { method: 'HEAD' }).catch(() => null);
  throw answer?.ok ? reason : unreachable();
}

function NotLoaded({ error, retry, onClose }: { error: unknown; retry: () => void; onClose: () => void }) {
  return (
    <dialog
      ref={(element) => element?.showModal()}
      className={`${dialog.popup} ${css.popup}`}
      aria-label="Not loaded"
      onClose={onClose}
    >
      <Problem error={error} retry={retry} />
      <Button onClick={onClose}>Close</Button>
    </dialog>
  );
}
