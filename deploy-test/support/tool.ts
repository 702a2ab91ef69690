import { spawnSync } from 'node:child_process';

/** A busy machine takes minutes for what takes an idle one seconds. */
const TOOL_WITHIN_MS = 900_000;

/** How a program ended. */
export interface ToolResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Throws when it is missing, with what to install. */
export function runTool(
  program: string,
  args: readonly string[],
  { debianPackage, input }: { debianPackage: string; input?: string },
): ToolResult {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    input,
    timeout: TOOL_WITHIN_MS,
  });
  if (error && 'code' in error && error.code === 'ENOENT')
    throw new Error(`${program} is missing: apt-get install ${debianPackage}, or source .ci/deploy-tools`);
  if (error) throw error;
  return { status, stdout, stderr };
}
