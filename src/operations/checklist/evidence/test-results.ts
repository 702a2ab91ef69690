/** The last test run, from the file that `jest --json --outputFile <file>` has written. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { counted } from '../../../core/counted';
import { failed, Finding, passed } from '../../check';
import { Evidence, unclear } from './evidence';

/** The number of security tests that the checklist asks for. */
const SECURITY_TESTS_DEMANDED = 43;

/** Test files that look at signatures, secrets, access, the audit log and refused requests. */
const SECURITY =
  /\/(signature|secret-box|audit-[a-z]+|audit|typeform-hosts|access[a-z-]*|admin-api|webhook-paths|intake|erasure)\.(e2e-)?spec\./;
const PROCESSES = /\/test\/processes\//;
const INTEGRATION = /\.e2e-spec\./;
const RETRY = /\/(backoff|processing|retry-policy|retry-after|typeform-client|backfill)\.(e2e-)?spec\./;

const results = z.object({
  startTime: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      /** `failed` also covers a file that could not be run at all. */
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});
type TestResults = z.infer<typeof results>;

const MAKE_RESULTS =
  'run `npx jest --selectProjects unit e2e processes --json --outputFile test-results.json` and pass that file with --ci-results';

/** `path` of the results; null when none were given. */
export function testEvidence(path: string | null): Evidence[] {
  return [
    { id: 'evidence.tests', severity: 'block', title: 'all tests', run: () => judgeAll(path) },
    {
      id: 'evidence.security-tests',
      severity: 'block',
      title: 'security tests',
      run: () => judge(path, SECURITY, SECURITY_TESTS_DEMANDED),
    },
    {
      id: 'evidence.integration-tests',
      severity: 'block',
      title: 'integration tests',
      run: () => judge(path, INTEGRATION, 1),
    },
    { id: 'evidence.retry-tests', severity: 'block', title: 'tests of the retries', run: () => judge(path, RETRY, 1) },
  ];
}

/** As `judge`; open while the tests that `npm test` leaves to `npm run test:processes` are not among them. */
function judgeAll(path: string | null): Finding {
  const all = judge(path, /./, 1);
  if (all.result !== 'pass' || judge(path, PROCESSES, 1).result === 'pass') return all;
  return unclear(`${all.evidence}; those of test/processes were not among them`, MAKE_RESULTS);
}

/** All tests of the files that match have passed, and there are at least `demanded`. */
function judge(path: string | null, files: RegExp, demanded: number): Finding {
  if (path === null) {
    return unclear('no test results were given', `${MAKE_RESULTS}, or sign the line`);
  }
  if (!existsSync(path)) return failed(`${path} does not exist`, MAKE_RESULTS);
  const read = readResults(path);
  if (read === null) return failed('the file of --ci-results was not written by jest --json', MAKE_RESULTS);
  const { startTime, testResults } = read;
  const suites = testResults.filter(({ name }) => files.test(name.replaceAll('\\', '/')));
  const statuses = suites.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const passedTests = statuses.filter((status) => status === 'passed').length;
  const failedSuites = suites.filter(({ status }) => status === 'failed').length;
  const when = new Date(startTime).toISOString();
  const evidence = `${passedTests} of ${statuses.length} tests in ${suites.length} files passed, in the run of ${when}`;
  if (failedSuites > 0)
    return failed(`${evidence}; ${counted(failedSuites, 'file')} failed`, 'fix these tests and run them again');
  if (passedTests < demanded) return failed(`${evidence}; at least ${demanded} are required`, 'run all tests');
  return passed(evidence);
}

/** Null when the file is not one of jest's. */
function readResults(path: string): TestResults | null {
  const text = readFileSync(path, 'utf8');
  try {
    return results.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
