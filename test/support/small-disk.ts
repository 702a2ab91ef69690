/** A real file system of so many megabytes, in memory, that can be filled to the last byte. */
import { spawnSync } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class SmallDisk {
  private constructor(readonly path: string) {}

  /** Whether this user may mount one: only root may, and not in every container. */
  static possible(): boolean {
    const root = mkdtempSync(join(tmpdir(), 'onboarding-mount-'));
    try {
      SmallDisk.mount(join(root, 'disk'), 1).unmount();
      return true;
    } catch {
      return false;
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }

  static mount(path: string, megabytes: number): SmallDisk {
    mkdirSync(path, { mode: 0o700 });
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', path]);
    if (status !== 0) throw new Error('this user may not mount a file system');
    return new SmallDisk(path);
  }

  /** Gives it to the owner of a folder. */
  giveToOwnerOf(folder: string): void {
    const { uid, gid } = statSync(folder);
    chownSync(this.path, uid, gid);
  }

  fill(): void {
    const file = openSync(this.filler, 'a');
    try {
      for (const bytes of [Buffer.alloc(1024 * 1024), Buffer.alloc(4096)]) {
        try {
          while (writeSync(file, bytes) === bytes.length);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.filler, { force: true });
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.path]);
  }

  private get filler(): string {
    return join(this.path, 'filler');
  }
}
