import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';

/** A log larger than this is truncated at the next start: it only serves to explain the current failure. */
const MAX_LOG_BYTES = 1_000_000;
const TAIL_LINES = 12;

/** The file that PostgreSQL writes its log to, next to the data directory. */
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

  /** The last lines that the latest server wrote. */
  tail(): string {
    const text = readFileSync(this.path).subarray(this.startOfLastRunBytes).toString('utf8');
    return text.trim().split('\n').slice(-TAIL_LINES).join('\n');
  }
}
