/** The documents that ship with the program. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { passed } from '../../check';
import { Evidence, unclear } from './evidence';

const ROLLBACK_PLAN = 'docs/rollback.md';
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'docs/configuration.md',
  'docs/operations.md',
  'docs/runbook.md',
  ROLLBACK_PLAN,
  'docs/production-checklist.md',
];

export function documentEvidence(projectRoot: string): Evidence[] {
  return [documents('evidence.documents', DOCUMENTS), documents('evidence.rollback-plan', [ROLLBACK_PLAN])];

  function documents(id: Evidence['id'], names: readonly string[]): Evidence {
    return { id, severity: 'block', title: names.join(', '), run: () => lookFor(projectRoot, names) };
  }
}

function lookFor(projectRoot: string, names: readonly string[]) {
  const missing = names.filter((name) => !existsSync(join(projectRoot, name)));
  if (missing.length > 0) return unclear(`not here: ${missing.join(', ')}`, 'run this in a checkout of the release');
  const described = names.map((name) => `${name} (${countLines(join(projectRoot, name))} lines)`);
  return passed(described.join(', '));
}

function countLines(path: string): number {
  return readFileSync(path, 'utf8').trimEnd().split('\n').length;
}
