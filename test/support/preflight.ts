/** The compiled `preflight` command: run to its end, its report read, and its output searched for secrets. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { loadConfig } from '../../src/config/load-config';
import { SystemClock } from '../../src/database/clock';
import type { CheckLine } from '../../src/operations/check';
import type { ChecksReport } from '../../src/operations/check-report';
import { preflightChecks } from '../../src/operations/preflight/preflight-checks';
import { PreflightContext, type PreflightOptions } from '../../src/operations/preflight/preflight-context';
import { nothingBlocks, runChecks } from '../../src/operations/run-checks';
import { ServiceProcess } from './service-process';

export interface PreflightRun {
  code: number | null;
  report: ChecksReport;
  ids: string[];
  line(id: string): CheckLine;
  /** Ids of what failed, by severity. */
  red(severity: 'block' | 'warn'): string[];
  /** Ids of what could not be looked at. */
  skipped(): string[];
}

/** However busy the machine is. */
const HANGS_AFTER = '100s';
/** Those of the command. */
const OPTIONS: PreflightOptions = {
  showSql: false,
  backupFile: null,
  backupMaxAgeHours: 24,
  makeBackup: null,
  image: null,
  minDiskMegabytes: 1024,
  timeoutMs: 100_000,
};
const SECRET = /SECRET|KEY|PASSWORD/;

/** What a run has found. */
export type PreflightFindings = Omit<PreflightRun, 'code'>;

/** Runs `preflight --json`. Fails when the value of a secret, or a password in a URL, is printed. */
export async function preflight(environment: Record<string, string>, ...args: string[]): Promise<PreflightRun> {
  const run = ServiceProcess.command(environment, 'preflight', '--json', '--timeout', HANGS_AFTER, ...args);
  const { code } = await run.exited;
  expectNoSecrets(environment, run.output);
  if (!run.stdout.startsWith('{')) throw new Error(`no report: ${run.output}`);
  return { code, ...findingsOf(JSON.parse(run.stdout) as ChecksReport) };
}

/**
 * Runs some of its checks in this process. Not those that ask Typeform or tell Node's errors apart: in Jest, such an error is no `instanceof Error`.
 * Fails when the value of a secret is reported.
 */
export async function preflightHere(environment: Record<string, string>, ...ids: string[]): Promise<PreflightFindings> {
  const clock = new SystemClock();
  const context = new PreflightContext(environment, loadConfig(environment), clock);
  const checks = preflightChecks(context, OPTIONS).filter(({ id }) => ids.includes(id));
  if (checks.length < ids.length) throw new Error(`unknown check among ${ids.join(', ')}`);
  try {
    const lines = await runChecks(checks, { timeoutMs: OPTIONS.timeoutMs, together: true });
    expectNoSecrets(environment, JSON.stringify(lines));
    const startedAt = clock.now().toISOString();
    return findingsOf({ command: 'preflight', startedAt, ok: nothingBlocks(lines), checks: lines });
  } finally {
    await context.close();
  }
}

function findingsOf(report: ChecksReport): PreflightFindings {
  const failed = report.checks.filter(({ result }) => result === 'fail');
  return {
    report,
    ids: report.checks.map(({ id }) => id),
    line: (id) => {
      const line = report.checks.find((each) => each.id === id);
      if (!line) throw new Error(`there is no line ${id}`);
      return line;
    },
    skipped: () => report.checks.filter(({ result }) => result === 'skipped').map(({ id }) => id),
    red: (severity) => failed.filter((line) => line.severity === severity).map(({ id }) => id),
  };
}

function expectNoSecrets(environment: Record<string, string>, output: string): void {
  for (const secret of secretsOf(environment)) {
    if (output.includes(secret)) throw new Error('a secret was printed');
  }
}

function secretsOf(environment: Record<string, string>): string[] {
  const named = Object.entries(environment).filter(([name]) => SECRET.test(name));
  const inUrls = Object.values(environment).flatMap((value) => /:\/\/[^/@]*:([^@]+)@/.exec(value)?.[1] ?? []);
  return [
    ...named.flatMap(([name, value]) => (name === 'ENCRYPTION_KEYS' ? value.split(/[:,]/) : [value])),
    ...inUrls,
  ].filter((value) => value.length > 5);
}

/** An https server on localhost with a self-signed certificate, which is trusted with NODE_EXTRA_CA_CERTS=`trust`. */
export async function startTlsServer(validDays: number): Promise<{ url: string; trust: string; close(): void }> {
  const [now, day] = [Date.now(), 86_400_000];
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    notBeforeDate: new Date(now - 100 * day),
    // Half a day more, so that the days left are those asked for while the test runs.
    notAfterDate: new Date(now + (validDays + 0.5) * day),
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  const trust = join(mkdtempSync(join(tmpdir(), 'onboarding-certificate-')), 'certificate.pem');
  writeFileSync(trust, cert);
  const server = createServer({ cert, key }, (_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}`, trust, close: () => void server.close().closeAllConnections() };
}
