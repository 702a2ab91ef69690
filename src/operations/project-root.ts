import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that holds package.json, docs/ and deploy/ in a checkout; in an image package.json only. */
export const PROJECT_ROOT = projectRoot(__dirname);

/** The build writes a package.json into dist/ as well; the installed packages tell the two apart. */
function projectRoot(from: string): string {
  const found = existsSync(join(from, 'package.json')) && existsSync(join(from, 'node_modules'));
  const above = dirname(from);
  return found || above === from ? from : projectRoot(above);
}
