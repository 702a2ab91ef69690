import { connect, Socket } from 'node:net';
import type { RenderedRequest } from './requests';

const HEAD_END = '\r\n\r\n';
const OK = 'HTTP/1.1 200 ';
const ACCEPTED = '"status":"accepted"';

/** A keep-alive HTTP/1.1 connection for one request at a time. */
export class Connection {
  private received = '';
  private answered: ((accepted: boolean) => void) | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.read(chunk.toString('latin1')));
    socket.on('error', () => undefined);
    // A broken connection has not acknowledged its current request.
    socket.on('close', () => this.answer(false));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Connection(socket)));
    });
  }

  /** Sends a request; `answered` gets whether the answer was 200 with the status "accepted". */
  send({ bytes }: RenderedRequest, answered: (accepted: boolean) => void): void {
    this.answered = answered;
    if (this.socket.destroyed) setImmediate(() => this.answer(false));
    else this.socket.write(bytes);
  }

  close(): void {
    this.socket.destroy();
  }

  private read(text: string): void {
    this.received += text;
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.received)?.[1];
    if (length === undefined) return this.close();
    const bodyStart = headEnd + HEAD_END.length;
    if (this.received.length < bodyStart + Number(length)) return;
    const accepted = this.received.startsWith(OK) && this.received.includes(ACCEPTED, bodyStart);
    this.received = '';
    this.answer(accepted);
  }

  private answer(accepted: boolean): void {
    const answered = this.answered;
    this.answered = null;
    answered?.(accepted);
  }
}

/** Opens `count` connections to a port of the loopback interface. */
export function openConnections(port: number, count: number): Promise<Connection[]> {
  return Promise.all(Array.from({ length: count }, () => Connection.open(port)));
}
