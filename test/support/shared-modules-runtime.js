/**
 * Jest's module loader, but what is not a test is loaded once for a worker and not once for each file: the packages, the service, the
 * sandbox. Loading them costs more than most files, and code that stays is compiled well by V8. In one realm only
 * (one-realm-environment.js): objects of two realms are not of the same classes.
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
    // Tests compare counts with what they did themselves.
    lasting.requireModule(__filename, 'prom-client').register.resetMetrics();
  }

  requireModule(from, name, options, isRequireActual) {
    const isJests = options?.isInternalModule || (name && this._resolution.isCoreModule(name));
    return !isJests && isShared(this._resolution.resolveCjs(from, name))
      ? lasting.requireModule(from, name, options, isRequireActual)
      : super.requireModule(from, name, options, isRequireActual);
  }

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
