/** The YAML that is shipped below deploy/. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export interface DeployDocument {
  /** Its path in the project. */
  file: string;
  content: unknown;
}

/** Every document of every YAML file below deploy/, by path. Throws, naming the file, when one cannot be parsed. */
export function deployDocuments(projectRoot: string): DeployDocument[] {
  const folder = join(projectRoot, 'deploy');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .flatMap((name) => documentsOf(folder, name));
}

function documentsOf(folder: string, name: string): DeployDocument[] {
  const file = `deploy/${name.replaceAll('\\', '/')}`;
  return [...parseAllDocuments(readFileSync(join(folder, name), 'utf8'))].map((document) => {
    if (document.errors[0]) throw new Error(`${file} is not YAML: ${document.errors[0].code}`);
    // These are our own files: repeating a value with an alias is not an attack.
    return { file, content: document.toJS({ maxAliasCount: -1 }) as unknown };
  });
}
