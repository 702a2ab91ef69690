/** The attacker: a process of the lowest priority, since it would not run on the machine of the service. */
import { connect } from 'node:net';
import { setPriority } from 'node:os';
import { answerParent } from '../child';
import { Attack, render } from './attacks';

/** Another address than that of the sender of webhooks. */
const ADDRESS = '127.0.0.66';
const ANSWER = /HTTP\/1\.1 (\d{3})/g;
const RECONNECT_MS = 1;

/** Null: no attack, but as much processor time as one could take. */
export interface AttackOrder {
  port: number;
  attack: Attack | null;
  durationMs: number;
}

export interface AttackResult {
  connected: number;
  /** Number of answers by status. */
  answers: Record<string, number>;
}

/** Keeps `attack.connections` connections busy; one that was closed is opened again. */
async function assault(port: number, attack: Attack, durationMs: number): Promise<AttackResult> {
  const request = render(attack);
  const bytes = Buffer.concat(Array.from({ length: attack.pipelined }, () => request));
  const result: AttackResult = { connected: 0, answers: {} };
  const open = new Set<() => void>();
  let over = false;

  const openOne = (): void => {
    if (over) return;
    const socket = connect({ port, host: '127.0.0.1', localAddress: ADDRESS });
    const end = (): void => void socket.destroy();
    open.add(end);
    let unanswered = 0;
    const send = (): void => {
      unanswered = attack.pipelined;
      socket.write(bytes);
    };
    socket.on('connect', () => {
      result.connected += 1;
      send();
    });
    socket.on('data', (chunk) => {
      for (const [, status = ''] of chunk.toString('latin1').matchAll(ANSWER)) {
        result.answers[status] = (result.answers[status] ?? 0) + 1;
        unanswered -= 1;
      }
      if (unanswered > 0) return;
      // A refused slow body is completed, so that the connection can be used for the next one.
      if (attack.slow) socket.write(' ');
      send();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open.delete(end);
      setTimeout(openOne, RECONNECT_MS);
    });
  };
  for (let n = 0; n < attack.connections; n += 1) openOne();
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  over = true;
  for (const end of open) end();
  return result;
}

function burn(durationMs: number): AttackResult {
  const endsAt = performance.now() + durationMs;
  while (performance.now() < endsAt);
  return { connected: 0, answers: {} };
}

setPriority(19);
answerParent<AttackOrder>(async ({ port, attack, durationMs }) =>
  attack === null ? burn(durationMs) : assault(port, attack, durationMs),
);
