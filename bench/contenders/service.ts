/** Our service as it is deployed. */
import 'reflect-metadata';
import { serve } from './serve';
import { startService } from './start-service';

serve(async (databaseUrl, workerMode) => {
  const { url } = await startService(databaseUrl, workerMode);
  return Number(new URL(url).port);
});
