import { pendingMigrationsText } from './pending-migrations';

it('counts in the singular and in the plural, and names the command', () => {
  expect(pendingMigrationsText(1)).toMatch(/^1 migration pending: run migrate /);
  expect(pendingMigrationsText(2)).toMatch(/^2 migrations pending: run migrate /);
  expect(pendingMigrationsText(1)).toContain('npm run cli -- migrate');
});
