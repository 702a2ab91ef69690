import { z } from 'zod';
import { Check, failed, Finding, passed, skipped } from '../check';
import { PROJECT_ROOT } from '../project-root';
import type { PreflightContext } from './preflight-context';
import { outputOf, runProgram } from './run-program';

const BY_DIGEST = /^[^@\s]+@sha256:[0-9a-f]{64}$/;

const auditReport = z.object({
  metadata: z.object({
    vulnerabilities: z.object({ low: z.number(), moderate: z.number(), high: z.number(), critical: z.number() }),
    dependencies: z.object({ prod: z.number() }),
  }),
});
const auditFailure = z.object({ statusCode: z.number().optional(), error: z.object({ code: z.string().optional() }) });

/** The release: its known vulnerabilities, and whether it is identified exactly. */
export function releaseChecks(context: PreflightContext, { image }: { image: string | null }): Check[] {
  return [
    {
      id: 'release.dependency-audit',
      title: 'dependencies have no known vulnerabilities',
      severity: 'warn',
      run: (signal) => auditDependencies(context, signal),
    },
    {
      id: 'release.git-tag',
      title: 'the release is a tagged commit',
      severity: 'warn',
      run: (signal) => checkTag(context, signal),
    },
    {
      id: 'release.image-digest',
      title: 'image is named by its digest',
      severity: 'warn',
      run: () => {
        if (image === null)
          return skipped(
            'no image was given',
            'pass it with --image <name>@sha256:<digest>, or --skip this check if you do not deploy an image',
          );
        if (BY_DIGEST.test(image)) return passed(`${image} names its digest`);
        return failed(
          `${image} has no digest, so what it refers to can change`,
          'deploy the image as <name>@sha256:<64 hexadecimal digits>',
        );
      },
    },
  ];
}

async function auditDependencies({ environment }: PreflightContext, signal: AbortSignal): Promise<Finding> {
  const again =
    'run npm audit --omit=dev where the lock file and an npm registry are available (in CI, before the image is built)';
  const args = ['audit', '--omit=dev', '--json'];
  const result = await runProgram('npm', args, { environment, cwd: PROJECT_ROOT, signal });
  if (result === null) return skipped('not audited: there is no npm in PATH', again);
  const report = parseJson(result.stdout);
  const audited = auditReport.safeParse(report);
  if (!audited.success) {
    const { data } = auditFailure.safeParse(report);
    const why =
      data?.error.code ?? (data?.statusCode === undefined ? 'no answer' : `the registry answered ${data.statusCode}`);
    return skipped(`not audited: ${why}`, again);
  }
  const { vulnerabilities, dependencies } = audited.data.metadata;
  const { low, moderate, high, critical } = vulnerabilities;
  const evidence = `${dependencies.prod} packages: ${critical} critical, ${high} high, ${moderate} moderate, ${low} low`;
  if (critical + high === 0) return passed(evidence);
  return failed(evidence, 'update these packages: npm audit lists the fixes', critical > 0 ? 'block' : 'warn');
}

async function checkTag({ environment }: PreflightContext, signal: AbortSignal): Promise<Finding> {
  const { RELEASE_TAG: built } = environment;
  const git = (...args: string[]): Promise<string | null> =>
    outputOf('git', args, { environment, cwd: PROJECT_ROOT, signal });
  const commit = await git('rev-parse', '--short', 'HEAD');
  if (commit === null) {
    return built
      ? passed(`built from ${built} (RELEASE_TAG)`)
      : skipped(
          'there is neither a git checkout nor RELEASE_TAG to identify the release',
          'build images with RELEASE_TAG set to the tag, or deploy from a checkout',
        );
  }
  const at = `commit ${commit.trim()}`;
  if ((await git('status', '--porcelain'))?.trim() !== '') {
    return failed(`${at} with uncommitted changes`, 'commit or stash the changes, then tag the release');
  }
  const tag = await git('describe', '--exact-match', '--tags', 'HEAD');
  if (tag !== null) return passed(`${at} is ${tag.trim()}`);
  return failed(`${at} has no tag`, 'tag the release (git tag -a v1.2.3) and deploy the tag');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
