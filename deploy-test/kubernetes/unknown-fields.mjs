import { join } from 'node:path';
import ts from 'typescript';
import { moduleOf, nameOf } from './models.mjs';

/**
 * Fields that the API does not have (`livenesProbe`), which the schemas let pass. Each object becomes a literal of its published
 * type in a program that only exists in memory, and the compiler says which properties are too many. Returns its messages.
 */
export function unknownFields(manifests, root) {
  const known = manifests.filter((manifest) => moduleOf(manifest) !== null);
  const source = known
    .map(
      (manifest, index) =>
        `import type { I${manifest.kind} as T${index} } from '${moduleOf(manifest)}';\n` +
        `export const m${index}: T${index} = ${JSON.stringify(manifest)};\n`,
    )
    .join('');
  const file = join(root, 'manifests.ts');
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2022) : getSourceFile.call(host, name, ...rest);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
  return diagnostics.map(({ messageText, file: at, start = 0 }) => {
    // Two lines an object: its import and its value.
    const line = at ? at.getLineAndCharacterOfPosition(start).line : 0;
    const manifest = known[Math.floor(line / 2)];
    return `${manifest ? nameOf(manifest) : 'manifests'}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
