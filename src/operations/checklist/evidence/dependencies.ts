/** Whether the packages that are installed are those that package.json pins. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { failed, passed } from '../../check';
import type { Evidence } from './evidence';

const manifest = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()).default({}) });

/** Every production dependency is installed at its pinned version. */
export function dependencyEvidence(projectRoot: string): Evidence {
  return {
    id: 'evidence.dependencies',
    severity: 'block',
    title: 'installed packages',
    run: () => {
      const pinned = Object.entries(readManifest(projectRoot).dependencies);
      const wrong = pinned.flatMap(([name, version]) => {
        const installed = versionOf(join(projectRoot, 'node_modules', name));
        return installed === version ? [] : [`${name} ${installed ?? 'missing'} instead of ${version}`];
      });
      if (wrong.length > 0) return failed(wrong.join(', '), 'run npm ci');
      return passed(`${pinned.length} production dependencies installed at their pinned versions`);
    },
  };
}

/** Throws when the folder holds no package. */
export function readManifest(folder: string): z.infer<typeof manifest> {
  return manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
}

function versionOf(folder: string): string | null {
  try {
    return readManifest(folder).version;
  } catch {
    return null;
  }
}
