/**
 * ESLint rule: no file imports itself through others. A type import counts like any other: two files that only share types cannot be
 * read or moved separately either. (import-x/no-cycle leaves type imports out and has no option for it.)
 */
import ts from 'typescript';

/** What each file of a program imports, by program: ESLint hands every file of a run the same one. */
const graphs = new WeakMap();

/** Every file of the program, except those of packages, with the files it imports: by value, by type, or dynamically. */
function importsOf(program) {
  const options = program.getCompilerOptions();
  const cache = ts.createModuleResolutionCache(program.getCurrentDirectory(), (name) => name, options);
  const files = program.getSourceFiles().filter((file) => !program.isSourceFileFromExternalLibrary(file));
  return new Map(
    files.map(({ fileName, text }) => [
      fileName,
      ts.preProcessFile(text).importedFiles.flatMap(({ fileName: specifier }) => {
        const found = ts.resolveModuleName(specifier, fileName, options, ts.sys, cache).resolvedModule;
        return found && !found.isExternalLibraryImport ? [{ specifier, path: found.resolvedFileName }] : [];
      }),
    ]),
  );
}

/** The shortest import path from one file to another, including both ends; undefined when there is none. */
function wayBetween(graph, from, to) {
  const cameFrom = new Map([[from, null]]);
  for (const file of cameFrom.keys()) {
    if (file === to) {
      const way = [];
      for (let step = file; step !== null; step = cameFrom.get(step)) way.unshift(step);
      return way;
    }
    for (const { path } of graph.get(file) ?? []) if (!cameFrom.has(path)) cameFrom.set(path, file);
  }
  return undefined;
}

export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: { cycle: 'This import closes a cycle: {{way}}. Move what both sides need to a separate file.' },
  },
  create(context) {
    const { program } = context.sourceCode.parserServices;
    if (!graphs.has(program)) graphs.set(program, importsOf(program));
    const graph = graphs.get(program);
    const self = context.filename;
    const root = program.getCurrentDirectory();
    const check = (node) => {
      const specifier = (node.source ?? node.argument)?.value;
      const target = graph.get(self)?.find((edge) => edge.specifier === specifier)?.path;
      const way = target && wayBetween(graph, target, self);
      if (!way) return;
      const names = [self, ...way].map((path) => path.replace(`${root}/`, ''));
      context.report({ node, messageId: 'cycle', data: { way: names.join(' -> ') } });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};
