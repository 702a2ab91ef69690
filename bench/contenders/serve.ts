import type { WorkerMode } from '../../src/config/app-config';
import { answerParent } from '../child';
import type { ContenderRequest } from './contender';
import { readMemory } from './memory-reading';

/** In a server's process: starts it when told to. `start` answers the port on the loopback interface. */
export function serve(start: (databaseUrl: string, workerMode: WorkerMode) => Promise<number>): void {
  answerParent<ContenderRequest>((request) =>
    'start' in request ? start(request.start.databaseUrl, request.start.workerMode) : readMemory(),
  );
}
