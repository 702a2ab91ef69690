/** Who may hold connections: a stranger only so many of them, so that the server always has one left for Typeform. */
import type { Socket } from 'node:net';
import { largeCache } from '../core/large-cache';
import { senderOf } from './sender-address';

/** Connections of one address on which nothing valid has come. Far more than a browser or a load balancer opens. */
const PER_ADDRESS = 500;
/** The same of all addresses together: the rest of the server's connections is for those who have proved who they are. */
const OF_STRANGERS = 1_500;
/** Addresses remembered for a valid signature or key. */
const REMEMBERED = 10_000;

const proofs = new WeakMap<Socket, () => void>();

/** Call it when a valid signature or key has come on a connection: it is no stranger's any more. */
export function proveConnection(socket: Socket): void {
  proofs.get(socket)?.();
  proofs.delete(socket);
}

export class ConnectionRoom {
  /** By address, the longest connected first. */
  private readonly strangers = new Map<string, Set<Socket>>();
  /** Those of all addresses with their address, the longest connected first. */
  private readonly all = new Map<Socket, string>();
  private readonly proven = largeCache<true>(REMEMBERED);

  /**
   * `isProxy` tells the addresses of trusted proxies: everybody comes from them, so they are not bounded. `isIdle`: the server is at work
   * on no request of the connection.
   */
  constructor(
    private readonly isProxy: (address: string) => boolean,
    private readonly isIdle: (socket: Socket) => boolean,
  ) {}

  /** Takes a new connection in, if need be in place of an idle one of a stranger; closes it when there is no room. */
  admit(socket: Socket): void {
    const peer = socket.remoteAddress;
    if (peer === undefined || this.isProxy(peer)) return;
    const address = senderOf({ ip: peer });
    if (!this.makeRoom(address)) return void socket.destroy();
    const own = this.strangers.get(address) ?? new Set<Socket>();
    this.strangers.set(address, own.add(socket));
    this.all.set(socket, address);
    const leave = (): void => this.remove(address, socket);
    socket.once('close', leave);
    proofs.set(socket, () => {
      this.proven.set(address, true);
      leave();
    });
  }

  private makeRoom(address: string): boolean {
    const own = this.strangers.get(address)?.size ?? 0;
    if (own < PER_ADDRESS && this.all.size < OF_STRANGERS) return true;
    const closed =
      own >= PER_ADDRESS
        ? this.closeIdle(this.strangers.get(address))
        : this.closeIdle(this.strangers.get(this.busiest())) || this.closeIdle(this.all.keys());
    // An address that proved itself may have as many as there are.
    return closed || this.proven.has(address);
  }

  /** Closes the oldest idle one of these connections. False: there is none. */
  private closeIdle(sockets: Iterable<Socket> = []): boolean {
    for (const socket of sockets) {
      if (!this.isIdle(socket)) continue;
      this.remove(this.all.get(socket) ?? '', socket);
      socket.destroy();
      return true;
    }
    return false;
  }

  /** The address that holds the most. */
  private busiest(): string {
    let [most, found] = [0, ''];
    for (const [address, { size }] of this.strangers) if (size > most) [most, found] = [size, address];
    return found;
  }

  private remove(address: string, socket: Socket): void {
    const own = this.strangers.get(address);
    if (!own?.delete(socket)) return;
    this.all.delete(socket);
    if (own.size === 0) this.strangers.delete(address);
  }
}
