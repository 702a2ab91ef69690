/** A real file system of so many megabytes, in memory, that can be filled to the last byte. */
import { spawnSync } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

export class SmallDisk {
  private constructor(readonly path: string) {}

  /** Owned by whoever owns the folder it is in. Null where this user may not mount anything: only root of a real machine may. */
  static mount(path: string, megabytes: number): SmallDisk | null {
    mkdirSync(path, { mode: 0o700 });
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', path]);
    if (status !== 0) return null;
    const { uid, gid } = statSync(dirname(path));
    chownSync(path, uid, gid);
    return new SmallDisk(path);
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
