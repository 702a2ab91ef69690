/**
 * Jest's environment for Node, in which a worker compiles each module once and not once for each test file: V8's code cache of a module,
 * taken after the first file has run it, is given to the next. More than a third of what it takes to load the application is compiling.
 */
const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

/** @type {Map<string, { code: string, data: Buffer }>} By file name; V8 itself compares no more than the length of the code. */
const compiled = new Map();
/** @type {Map<string, { code: string, script: vm.Script }>} What the present file has compiled anew. */
let fresh = new Map();

const { compileFunction } = vm;
/** As `vm.compileFunction`, which can't tell afterwards what was compiled on first use; a script can. Jest's runtime calls it. */
vm.compileFunction = (code, parameters = [], options = {}) => {
  const { filename, parsingContext, importModuleDynamically } = options;
  if (!filename || !parsingContext) return compileFunction(code, parameters, options);
  const head = `(function (${parameters.join(',')}) {`;
  const known = compiled.get(filename);
  const script = new vm.Script(`${head}${code}\n})`, {
    filename,
    columnOffset: -head.length,
    importModuleDynamically,
    cachedData: known?.code === code ? known.data : undefined,
  });
  if (known?.code !== code || script.cachedDataRejected) fresh.set(filename, { code, script });
  return script.runInContext(parsingContext);
};

module.exports = class CompileOnceEnvironment extends TestEnvironment {
  async teardown() {
    for (const [filename, { code, script }] of fresh) compiled.set(filename, { code, data: script.createCachedData() });
    fresh = new Map();
    await super.teardown();
  }
};
