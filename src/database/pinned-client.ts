/** Every connection to the database is made here: to the host that accepts writes, with the settings that this service relies on. */
import { Client, ClientConfig } from 'pg';
import { parse as parseConnectionString } from 'pg-connection-string';
import { urlsOfHosts } from '../core/database-hosts';
import { findPrimary } from './primary-host';
import { PINNED_SETTINGS, SessionSettings } from './session-settings';
import { tlsProblem } from './tls-problem';

/**
 * The class of the connections to `url`, for a pool's `Client` or to be made directly; `settings` are added to the pinned ones.
 * They are set by a statement once connected: as startup parameters they would be replaced by an `options` in DATABASE_URL, and
 * PgBouncer would refuse them.
 */
export function pinnedClient(url: string, settings: SessionSettings = {}): typeof Client {
  const urls = urlsOfHosts(url);
  const pinned = Object.entries({ ...PINNED_SETTINGS, ...settings });
  const pin = `SELECT ${pinned.map((_, at) => `set_config($${2 * at + 1}, $${2 * at + 2}, false)`).join(', ')}`;
  const values = pinned.flatMap(([name, value]) => [name, String(value)]);

  return class PinnedClient extends Client {
    constructor(config: ClientConfig = {}) {
      super({ ...config, connectionString: urls[0] });
      // A server that shuts down, or an operator who ends its connections, reports an error on each, even on one that no pool has taken
      // over yet. Whoever uses it finds out by the next query; without a listener the event would end the process.
      this.on('error', () => undefined);
    }

    override connect(): Promise<Client>;
    override connect(callback: ((error: Error) => void) | ((error: null, client: Client) => void)): void;
    override connect(callback?: (error: never, client: Client) => void): Promise<Client> | void {
      const opened = this.open();
      if (!callback) return opened;
      opened.then(
        () => callback(null as never, this),
        (error: unknown) => callback(error as never, this),
      );
    }

    private async open(): Promise<Client> {
      try {
        if (urls.length > 1) {
          const { host, port } = parseConnectionString(await findPrimary(urls));
          this.host = host ?? this.host;
          this.port = Number(port || 5432);
        }
        await super.connect();
      } catch (error) {
        throw tlsProblem(error) ?? error;
      }
      try {
        await this.query(pin, values);
      } catch (error) {
        await this.end().catch(() => undefined);
        throw error;
      }
      return this;
    }
  };
}
