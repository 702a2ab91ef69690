/** The Dockerfile, performed instruction by instruction in a clean folder; see check-dockerfile.mjs. */
import { resolve } from 'node:path';
import { run } from '../support/tools';

it('makes an image that migrates, starts, is healthy, stops, and holds nothing else', () => {
  const script = resolve(__dirname, './check-dockerfile.mjs');
  const { code, stdout, stderr } = run(process.execPath, [script]);
  process.stdout.write(stdout);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/The Dockerfile is valid\.\n$/);
}, 900_000);
