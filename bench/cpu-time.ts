/** Processor time of the service and of PostgreSQL, from /proc: neighbours on the machine hardly change it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever the kernel's own clock. */
const MS_PER_TICK = 10;

interface Times {
  parent: number;
  ownTicks: number;
  /** Of children that ended. */
  endedTicks: number;
}

/** Milliseconds of processor time that a process has used. */
export function cpuMsOf(pid: number): number {
  return (timesOf(pid)?.ownTicks ?? NaN) * MS_PER_TICK;
}

/** The same of a process with its children, those that ended included. */
export function cpuMsOfFamily(pid: number): number {
  const parent = timesOf(pid);
  if (!parent) return NaN;
  let ticks = parent.ownTicks + parent.endedTicks;
  for (const name of readdirSync('/proc')) {
    const times = /^\d+$/.test(name) ? timesOf(Number(name)) : null;
    if (times?.parent === pid) ticks += times.ownTicks;
  }
  return ticks * MS_PER_TICK;
}

/** Null where there is no such process, or no /proc. */
function timesOf(pid: number): Times | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, in brackets, may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3]);
    return { parent: field(4), ownTicks: field(14) + field(15), endedTicks: field(16) + field(17) };
  } catch {
    return null;
  }
}
