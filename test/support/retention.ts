/** Retention's daily removal, on demand. */
import { RetentionSchedule } from '../../src/privacy/retention-schedule';
import { eventually, TestApp } from './test-app';

/** A day's removal, to its end: until then it also removes what is delivered again. */
export async function removeExpired(app: TestApp): Promise<void> {
  await app.app.get(RetentionSchedule).requestDue();
  await eventually(async () => {
    const { body } = await app.admin('get', '/v1/jobs?kind=retention&status=queued,running').expect(200);
    return (body as { items: unknown[] }).items.length === 0;
  }, 'no removal is under way');
}
