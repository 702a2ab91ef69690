import { register } from 'prom-client';
import { ServiceLogger } from './logger';

async function counted(): Promise<Record<string, number>> {
  const metric = await register.getSingleMetric('onboarding_log_lines_total')?.get();
  const entries = metric?.values.map(({ labels, value }): [string, number] => [String(labels.level), value]) ?? [];
  return Object.fromEntries(entries);
}

beforeEach(() => {
  register.resetMetrics();
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => jest.restoreAllMocks());

describe('log lines', () => {
  it('are counted by level; a fatal one is an error, and what is only told is not counted', async () => {
    const logger = new ServiceLogger({ environment: 'production', logLevel: 'info' });
    logger.log('told', 'Test');
    logger.warn('odd', 'Test');
    logger.error('wrong', 'Test');
    logger.fatal('over', 'Test');
    expect(await counted()).toEqual({ warn: 1, error: 2 });
  });

  it('are counted when they are written: LOG_LEVEL=error writes no warning', async () => {
    const logger = new ServiceLogger({ environment: 'production', logLevel: 'error' });
    logger.warn('odd', 'Test');
    logger.error('wrong', 'Test');
    expect(await counted()).toMatchObject({ error: 1 });
    expect((await counted()).warn ?? 0).toBe(0);
  });
});
