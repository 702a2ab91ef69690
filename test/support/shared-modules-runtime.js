/**
 * Jest's module loader, except that the packages, the service and the sandbox are loaded once for each worker, and not once for each test
 * file. Most files take less time than loading them, and V8 optimises code that stays. It needs one realm for all files
 * (one-realm-environment.js): two realms have different classes of the same name.
 *
 * `jest.mock()` cannot reach into what is shared.
 */
const { join } = require('node:path');
const { default: Runtime } = require('jest-runtime');

const root = join(__dirname, '../..');
/** Loaded anew for each file: the tests and what they stand on. */
const LOADED_PER_FILE = /^(test|deploy-test|bench)\/|\.spec\.ts$/;
const isShared = (path) => !path.startsWith(root + '/') || !LOADED_PER_FILE.test(path.slice(root.length + 1));

/** @type {Runtime | undefined} The loader of what is shared; never torn down. */
let lasting;

module.exports = class SharedModulesRuntime extends Runtime {
  constructor(...given) {
    super(...given);
    const { watch, watchAll } = given.at(-1);
    // In watch mode a worker outlives an edit.
    if (!lasting || watch || watchAll) lasting = new Runtime(...given);
    // A test compares the counts with what its own file did.
    lasting.requireModule(__filename, 'prom-client').register.resetMetrics();
  }

  requireModule(from, name, options, isRequireActual) {
    const isJests = options?.isInternalModule || (name && this._resolution.isCoreModule(name));
    return !isJests && isShared(this._resolution.resolveCjs(from, name))
      ? lasting.requireModule(from, name, options, isRequireActual)
      : super.requireModule(from, name, options, isRequireActual);
  }

  /** Of both loaders, for the stack of an error. */
  getSourceMaps() {
    const [own, shared] = [super.getSourceMaps(), lasting.getSourceMaps()];
    return {
      get: (path) => own.get(path) ?? shared.get(path),
      *[Symbol.iterator]() {
        yield* own;
        yield* shared;
      },
    };
  }
};
