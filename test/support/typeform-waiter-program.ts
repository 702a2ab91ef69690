import 'reflect-metadata';
import { DataSource } from 'typeorm';
import type { AppConfig } from '../../src/config/app-config';
import { TypeformPace } from '../../src/typeform/pace/typeform-pace';
import { TypeformPaceRepository } from '../../src/typeform/pace/typeform-pace.repository';

/** A replica in a process of its own, for a test that kills it: a person waits in it for a turn. Argument: the database's URL. */
async function main(url: string): Promise<void> {
  const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
  const config = { typeform: { rateLimitPerSecond: 2 } } as AppConfig;
  const pace = new TypeformPace(config, new TypeformPaceRepository(dataSource));
  await pace.take({ operation: 'get_form', priority: 'interactive' });
  process.stdout.write('took a turn\n');
}

void main(process.argv[2] ?? '');
