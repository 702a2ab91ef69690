/** Our service with the limits that it has unless somebody changes them. */
import 'reflect-metadata';
import { serve } from './serve';
import { startService } from './start-service';

serve(async (databaseUrl, workerMode) => {
  const { url } = await startService(databaseUrl, workerMode, {});
  return Number(new URL(url).port);
});
