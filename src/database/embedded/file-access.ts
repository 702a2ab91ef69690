import { lstatSync, readdirSync, statSync, chownSync, lchownSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A user as the file system sees it. */
export interface FileUser {
  uid: number;
  gids: number[];
}

/** The first directory from `/` to `path` that this user may not traverse; undefined when all are open. */
export function firstClosedDirectory(path: string, user: FileUser): string | undefined {
  const ancestors: string[] = [];
  for (let current = path; ; current = dirname(current)) {
    ancestors.unshift(current);
    if (current === '/') break;
  }
  return ancestors.find((directory) => {
    const { mode, uid, gid } = statSync(directory);
    const executeBit = uid === user.uid ? 0o100 : user.gids.includes(gid) ? 0o010 : 0o001;
    return (mode & executeBit) === 0;
  });
}

/** Gives a directory tree to a user. The top changes last, so that the next start notices an interrupted run. */
export function giveTree(directory: string, uid: number, gid: number): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (lstatSync(path).isDirectory()) giveTree(path, uid, gid);
    else lchownSync(path, uid, gid);
  }
  chownSync(directory, uid, gid);
}
