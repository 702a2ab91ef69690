/** What `kubectl apply -k` would send to a cluster. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { requireTool, run } from '../support/tools';

const KUBERNETES = resolve(__dirname, '../../deploy/kubernetes');
export const OVERLAYS = ['production', 'split', 'rollouts'] as const;
/** Kustomize 5: components, and `labels` that reach templates. Debian 12 has kubectl 1.20 with Kustomize 2. */
const OLDEST_KUSTOMIZE = 5;
const DEBIAN_PACKAGE = 'kubernetes-client (of Debian 13 or newer; or source .ci/deploy-tools)';

/** What all objects have; the rest by the published types. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
}

/** The YAML of an overlay, built by the Kustomize that is part of kubectl. */
export function buildOverlay(overlay: string): string {
  const kubectl = requireTool('kubectl', DEBIAN_PACKAGE);
  const { stdout: version } = run(kubectl, ['version', '--client']);
  const major = Number(/Kustomize Version: v(\d+)/.exec(version)?.[1] ?? 0);
  if (major < OLDEST_KUSTOMIZE)
    throw new Error(`kubectl has no Kustomize 5: install the Debian package ${DEBIAN_PACKAGE}`);
  const built = run(kubectl, ['kustomize', join(KUBERNETES, 'overlays', overlay)]);
  if (built.code !== 0) throw new Error(`kubectl kustomize ${overlay}: ${built.stderr}`);
  // Kustomize writes about deprecated fields there: what it warns of today it refuses tomorrow.
  if (built.stderr !== '') throw new Error(`kubectl kustomize ${overlay} warns: ${built.stderr}`);
  return built.stdout;
}

/** A file of deploy/kubernetes. */
export function readDeployFile(file: string): string {
  return readFileSync(join(KUBERNETES, file), 'utf8');
}

/** The objects of a YAML text. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

/** The objects of one kind. */
export function ofKind<T>(manifests: readonly Manifest[], kind: string): (Manifest & T)[] {
  return manifests.filter((manifest) => manifest.kind === kind) as (Manifest & T)[];
}
