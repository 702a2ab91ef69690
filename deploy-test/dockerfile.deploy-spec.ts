/** The Dockerfile, performed instruction by instruction in a clean folder; see scripts/check-dockerfile.mjs. */
import { resolve } from 'node:path';
import { runTool } from './support/tool';

it('makes an image that migrates, starts, is healthy, stops, and holds nothing else', () => {
  const script = resolve(__dirname, '../scripts/check-dockerfile.mjs');
  const { status, stdout, stderr } = runTool(process.execPath, [script], { debianPackage: 'nodejs' });
  process.stdout.write(stdout);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/The Dockerfile holds\.\n$/);
}, 900_000);
