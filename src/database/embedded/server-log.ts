import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';

/** Beyond this the log starts anew at the next start: it only matters for the failure at hand. */
const MAX_LOG_BYTES = 1_000_000;
const TAIL_LINES = 12;

/** The file that PostgreSQL writes its log to, beside the data directory. */
export class ServerLog {
  readonly path: string;
  private startOfLastRunBytes = 0;

  constructor(dataDir: string) {
    this.path = `${dataDir}.log`;
  }

  /** Opens the file for a new server; the caller closes the descriptor through `use`. */
  use<T>(start: (descriptor: number) => T): T {
    const keep = existsSync(this.path) && statSync(this.path).size < MAX_LOG_BYTES;
    const descriptor = openSync(this.path, keep ? 'a' : 'w', 0o600);
    try {
      this.startOfLastRunBytes = keep ? statSync(this.path).size : 0;
      return start(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /** The last lines that the latest server has written. */
  tail(): string {
    const text = readFileSync(this.path).subarray(this.startOfLastRunBytes).toString('utf8');
    return text.trim().split('\n').slice(-TAIL_LINES).join('\n');
  }
}
