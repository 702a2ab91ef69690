import { DataSource, DataSourceOptions } from 'typeorm';
import { requireSuitableDatabase } from './database-suitability';

/** Opens the pool and checks that the database suits this service. Throws the driver's errors, and DatabaseSetupError. */
export async function openDataSource(options: DataSourceOptions | undefined): Promise<DataSource> {
  if (!options) throw new Error('a data source needs options');
  const dataSource = await new DataSource(options).initialize();
  try {
    await requireSuitableDatabase(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
