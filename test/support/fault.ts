import type { FaultStand } from './fault-stand';

/** Something that goes wrong while events come in. */
export interface Fault {
  name: string;
  /** It needs a start of its own, or many seconds: left to the full run. */
  onlyInFull?: boolean;
  /** Whether senders lose connections: with a fault of the database they get an answer, always. */
  losesConnections?: boolean;
  /** Makes it happen and puts it right again, as its cause would end; nobody helps the service. `refused` counts answers other than 200. */
  happens(stand: FaultStand, refused: () => number): Promise<void> | void;
}
