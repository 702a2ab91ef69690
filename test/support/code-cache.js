/**
 * Loaded before a service or command that a test starts (`node --require`): what V8 has compiled of the bundle in one process is given to
 * the next, which saves it a fifth of a start. It lies in the bundle's folder, so every build begins anew; V8 refuses what another
 * version of Node has compiled.
 */
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join, resolve } = require('node:path');
const vm = require('node:vm');

const BUNDLE = resolve(__dirname, '../../dist/bundle');
/** The service and the commands use different parts of the same files. */
const CACHE = join(BUNDLE, '.code-cache', basename(process.argv[1] ?? ''));

/** @type {Map<string, vm.Script>} Compiled anew by this process. */
const fresh = new Map();

const compile = Module.prototype._compile;
Module.prototype._compile = function (content, filename) {
  if (dirname(filename) !== BUNDLE) return compile.call(this, content, filename);
  const file = join(CACHE, basename(filename));
  const script = new vm.Script(Module.wrap(content.replace(/^#!.*/, '')), {
    filename,
    cachedData: read(file),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (script.cachedDataRejected !== false) fresh.set(file, script);
  const run = script.runInThisContext();
  return run.call(this.exports, this.exports, Module.createRequire(filename), this, filename, BUNDLE);
};

process.on('exit', () => {
  if (fresh.size === 0) return;
  mkdirSync(CACHE, { recursive: true });
  for (const [file, script] of fresh) {
    // Several processes may end at the same time; a reader sees a whole file or none.
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, script.createCachedData());
    renameSync(temporary, file);
  }
});

function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
