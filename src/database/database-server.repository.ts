/** Queries about the database server itself. */
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

@Injectable()
export class DatabaseServerRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The server's clock, in milliseconds since 1970. */
  async nowMs(): Promise<number> {
    const [row] = await this.dataSource.query<[{ now_ms: number }]>(
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms',
    );
    return row.now_ms;
  }

  /** Such as `16.4`. */
  async version(): Promise<string> {
    const [row] = await this.dataSource.query<[{ server_version: string }]>('SHOW server_version');
    // Distributions add their own name.
    return row.server_version.split(' ')[0] ?? row.server_version;
  }
}
