import { z } from 'zod';
import { FLAGGER } from './flagger-schema.mjs';
import { moduleOf, nameOf } from './models.mjs';

/** What the published JSON schemas (types, formats, required fields, enumerations) say against the objects; empty when nothing. */
export async function schemaProblems(manifests) {
  const problems = [];
  for (const manifest of manifests) {
    const problem = await problemOf(manifest);
    if (problem !== null) problems.push(`${nameOf(manifest)}: ${problem}`);
  }
  return problems;
}

async function problemOf(manifest) {
  if (manifest.apiVersion.startsWith('flagger.app/') && manifest.kind in FLAGGER) {
    const { success, error } = FLAGGER[manifest.kind].safeParse(manifest);
    return success ? null : z.prettifyError(error).replace(/\s+/g, ' ');
  }
  const path = moduleOf(manifest);
  const models = path === null ? null : await import(path).catch(() => null);
  if (models === null) return `there is no schema for ${manifest.apiVersion} ${manifest.kind}`;
  try {
    new models[manifest.kind](manifest).validate();
    return null;
  } catch (error) {
    return error.message;
  }
}
