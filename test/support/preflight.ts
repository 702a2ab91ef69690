/** The command `preflight`: run to its end, its report read, and its output searched for secrets. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import type { CheckLine } from '../../src/operations/check';
import type { ChecksReport } from '../../src/operations/check-report';
import { commandHere, type CommandRun } from './command-here';
import { ServiceProcess } from './service-process';

export interface PreflightRun {
  code: number;
  report: ChecksReport;
  ids: string[];
  line(id: string): CheckLine;
  /** Ids of what failed, by severity. */
  red(severity: 'block' | 'warn'): string[];
  /** Ids of what could not be looked at. */
  skipped(): string[];
}

/** With a limit that a busy machine does not reach. */
const JSON_REPORT = ['--json', '--timeout', '100s'];
const SECRET = /SECRET|KEY|PASSWORD/;

/** Runs `preflight --json`. Fails when the value of a secret, or a password in a URL, is printed. */
export const preflight = async (environment: Record<string, string>, ...args: string[]): Promise<PreflightRun> =>
  runOf(environment, await commandHere(environment, 'preflight', ...JSON_REPORT, ...args));

/** The same with the compiled program, in a process of its own. */
export async function preflightProcess(environment: Record<string, string>, ...args: string[]): Promise<PreflightRun> {
  const run = ServiceProcess.command(environment, 'preflight', ...JSON_REPORT, ...args);
  const { code } = await run.exited;
  return runOf(environment, { code: code ?? -1, stdout: run.stdout, stderr: run.stderr });
}

function runOf(environment: Record<string, string>, { code, stdout, stderr }: CommandRun): PreflightRun {
  expectNoSecrets(environment, `${stdout}${stderr}`);
  if (!stdout.startsWith('{')) throw new Error(`no report: ${stderr}`);
  return { code, ...findingsOf(JSON.parse(stdout) as ChecksReport) };
}

function findingsOf(report: ChecksReport): Omit<PreflightRun, 'code'> {
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
