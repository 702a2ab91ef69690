/**
 * For `node -r`: the programs of the tests compile each file of dist/bundle/ once and not once for each process. V8's code cache of a file,
 * taken when the first process that runs it ends, is given to the next. A third of what a start takes is compiling. Prints nothing; a process
 * that can't read or write the cache goes without.
 */
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join, resolve } = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

const BUNDLE = resolve(__dirname, '../../dist/bundle');
const CACHE = resolve(__dirname, '../../node_modules/.cache/compiled-programs');
const [HEAD] = Module.wrapper;
// As src/young-generation.ts does while the service starts: V8 rejects a cache that was made under other flags than it runs with.
v8.setFlagsFromString('--no-allocation-site-pretenuring');
const HASH_BYTES = 32;

/** @type {Map<string, { hash: Buffer, script: vm.Script }>} What this process has compiled anew, by the path of its cache. */
const fresh = new Map();

const { _compile } = Module.prototype;
Module.prototype._compile = function (content, filename, ...others) {
  if (dirname(filename) !== BUNDLE) return _compile.call(this, content, filename, ...others);
  const code = Module.wrap(content.replace(/^#!.*/, ''));
  // V8 itself compares no more than the length of the code.
  const hash = createHash('sha256').update(code).digest();
  const path = join(CACHE, `${basename(filename)}-${v8.cachedDataVersionTag()}`);
  const cachedData = readCache(path, hash);
  const script = new vm.Script(code, { filename, columnOffset: -HEAD.length, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) fresh.set(path, { hash, script });
  const require = Module.createRequire(filename);
  return script.runInThisContext().call(this.exports, this.exports, require, this, filename, BUNDLE);
};

/** A cache is the hash of its code, then V8's data. */
function readCache(path, hash) {
  try {
    const cache = readFileSync(path);
    return hash.equals(cache.subarray(0, HASH_BYTES)) ? cache.subarray(HASH_BYTES) : undefined;
  } catch {
    return undefined;
  }
}

process.on('exit', () => {
  for (const [path, { hash, script }] of fresh) {
    const own = `${path}.${process.pid}`;
    const kept = succeeds(() => {
      mkdirSync(CACHE, { recursive: true });
      writeFileSync(own, Buffer.concat([hash, script.createCachedData()]));
      renameSync(own, path);
    });
    if (!kept) succeeds(() => rmSync(own, { force: true }));
  }
});

function succeeds(work) {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
