/** Aborted by the first Ctrl-C (or SIGTERM), so that a command can clean up and report. The second one ends the process. */
export function onInterrupt(): AbortSignal {
  const aborter = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => aborter.abort());
  return aborter.signal;
}
