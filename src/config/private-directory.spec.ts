import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateDirectory } from './private-directory';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('a new directory', () => {
  let parent: string;
  let before: number;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'onboarding-private-'));
    before = process.umask();
  });
  afterEach(() => {
    process.umask(before);
    rmSync(parent, { recursive: true, force: true });
  });

  it.each([0o000, 0o022, 0o277])('is private with the umask %o', (umask) => {
    process.umask(umask);
    createPrivateDirectory(join(parent, 'data'));
    expect(modeOf(join(parent, 'data'))).toBe(0o700);
  });

  it('leaves one that was there as it was', () => {
    chmodSync(parent, 0o750);
    createPrivateDirectory(parent);
    expect(modeOf(parent)).toBe(0o750);
  });
});
