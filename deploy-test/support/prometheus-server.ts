/** A real Prometheus that scrapes one target every second and evaluates the rules of this project. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../test/support/free-port';
import { eventually } from '../../test/support/test-app';
import { RULES_FILE } from './alert-rules';
import { PROJECT, requireTool } from './tools';

export const JOB = 'typeform-onboarding';

/** One series of a query's result, with its latest value. */
export interface Sample {
  metric: Record<string, string>;
  value: number;
}

interface Answer<Data> {
  status: string;
  error?: string;
  data: Data;
}

export class PrometheusServer {
  private output = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly url: string,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
  }

  /** `target` is the base URL of the service, `labels` what its series get. Resolves when the first scrape succeeded. */
  static async start(target: string, labels: Record<string, string> = {}): Promise<PrometheusServer> {
    const program = requireTool('prometheus', 'prometheus');
    const folder = mkdtempSync(join(tmpdir(), 'onboarding-prometheus-'));
    const address = `127.0.0.1:${await freePort()}`;
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(PROJECT, RULES_FILE)],
      scrape_configs: [{ job_name: JOB, static_configs: [{ targets: [new URL(target).host], labels }] }],
    };
    writeFileSync(join(folder, 'prometheus.yaml'), stringify(config));
    const child = spawn(
      program,
      [
        `--config.file=${join(folder, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const server = new PrometheusServer(child, folder, `http://${address}`);
    try {
      await eventually(async () => {
        if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${server.output}`);
        const up = await server.query(`up{job="${JOB}"}`).catch(() => []);
        return up[0]?.value === 1;
      }, 'Prometheus has scraped the service');
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Evaluates PromQL now; throws what Prometheus says about a query that is not valid. */
  async query(promql: string): Promise<Sample[]> {
    const { result } = await this.get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
      `/api/v1/query?query=${encodeURIComponent(promql)}`,
    );
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** The series that a selector finds. */
  series(selector: string): Promise<Record<string, string>[]> {
    return this.get(`/api/v1/series?match[]=${encodeURIComponent(selector)}`);
  }

  /** Every rule with the state of its last evaluation. */
  async rules(): Promise<{ name: string; health: string; lastError?: string }[]> {
    const { groups } = await this.get<{ groups: { rules: { name: string; health: string; lastError?: string }[] }[] }>(
      '/api/v1/rules',
    );
    return groups.flatMap(({ rules }) => rules);
  }

  /** Names of the alerts that fire now. */
  async firing(): Promise<string[]> {
    const samples = await this.query('group by (alertname) (ALERTS{alertstate="firing"})');
    return samples.map(({ metric }) => metric.alertname ?? '').sort();
  }

  async stop(): Promise<void> {
    const ended = this.child.exitCode === null ? once(this.child, 'exit') : Promise.resolve();
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  private async get<Data>(path: string): Promise<Data> {
    const response = await fetch(`${this.url}${path}`);
    const answer = (await response.json()) as Answer<Data>;
    if (answer.status !== 'success') throw new Error(`${answer.error}: ${decodeURIComponent(path)}`);
    return answer.data;
  }
}
