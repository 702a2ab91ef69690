/** The files of the built console, in memory, as the build compressed them: a request for one costs neither a file descriptor nor work. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
export const INDEX = 'index.html';

/** How a file may be sent, the best first, and the ending of the copy that the build compressed so. */
const COPIES = { br: '.br', gzip: '.gz' } as const;
export type Encoding = keyof typeof COPIES;
export const ENCODINGS = Object.keys(COPIES) as Encoding[];

export interface ConsoleFile {
  type: string;
  plain: Buffer;
  encoded: Partial<Record<Encoding, Buffer>>;
  etag: string;
  /** The name holds a hash of the content. */
  immutable: boolean;
}

/**
 * Reads the files by their path below `folder`, `index.html` as `toPage` returns it; null when there is no console in the folder.
 * Source maps and hidden files are left out.
 */
export function readConsoleFolder(folder: string, toPage: (html: string) => string): Map<string, ConsoleFile> | null {
  if (!existsSync(join(folder, INDEX))) return null;
  const files = new Map<string, ConsoleFile>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || entry.name.startsWith('.') || type === undefined) continue;
    const place = join(entry.parentPath, entry.name);
    const path = relative(folder, place).split(sep).join('/');
    const content = readFileSync(place);
    const plain = path === INDEX ? Buffer.from(toPage(content.toString('utf8'))) : content;
    const etag = `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
    // The page is changed here, and small.
    const encoded = path === INDEX ? {} : compressedCopies(place);
    files.set(path, { type, plain, encoded, etag, immutable: path.startsWith('assets/') });
  }
  return files;
}

function compressedCopies(place: string): ConsoleFile['encoded'] {
  return Object.fromEntries(
    ENCODINGS.filter((encoding) => existsSync(place + COPIES[encoding])).map((encoding) => [
      encoding,
      readFileSync(place + COPIES[encoding]),
    ]),
  );
}
