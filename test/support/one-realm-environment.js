/**
 * Jest's test environment for files that share their modules (shared-modules-runtime.js): all files of a worker run in the worker's own
 * realm, one after the other. Jest's own environment gives each file a realm, whose every global is looked up through a proxy.
 *
 * After each file, `remember` puts back what it lists; anything else that a test changes of the process, it puts back itself.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const v8 = require('node:v8');
const vm = require('node:vm');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

// Most of what tests run, they run briefly. The V8 of Node 20 spends a seventh of the unit tests' processor time on optimising it; later
// versions do not know this flag.
if (process.versions.v8.startsWith('11.')) v8.setFlagsFromString('--interrupt-budget=1000000');

/** What Jest's runner keeps of a file: who listens to it, `jest.setTimeout()`, `jest.retryTimes()`. */
const OF_THE_RUNNER = [
  'EVENT_HANDLERS',
  'TEST_TIMEOUT_SYMBOL',
  'RETRY_TIMES',
  'RETRY_IMMEDIATELY',
  'WAIT_BEFORE_RETRY',
  'LOG_ERRORS_BEFORE_RETRY',
].map((name) => Symbol.for(name));

/** Evaluated for each file, so compiled once: Jest's runner, and what the tests stand on. */
const EVALUATED_AGAIN = /\/node_modules\/(?!\.cache\/)|\/test\/(support|fixtures)\//;
/** @type {Map<string, { code: string, script: vm.Script }>} By file name. */
const compiled = new Map();

const { compileFunction } = vm;
/** As `vm.compileFunction`, which knows no script to run again. Jest's runtime calls it. */
vm.compileFunction = (code, parameters = [], options = {}) => {
  const { filename, parsingContext } = options;
  if (parsingContext !== globalThis) return compileFunction(code, parameters, options);
  let known = compiled.get(filename);
  if (known?.code !== code) {
    const head = `(function (${parameters.join(',')}) {`;
    const script = new vm.Script(`${head}${code}\n})`, { filename, columnOffset: -head.length });
    known = { code, script };
    if (EVALUATED_AGAIN.test(filename)) compiled.set(filename, known);
  }
  return known.script.runInThisContext();
};

/**
 * The storages that were entered since the last file ended. Jest's runner enters one for each file; on Node 20 and 22 every promise would go
 * on copying the values of all of them. One that is entered again is on again.
 */
const entered = new Set();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...given) {
  entered.add(this);
  return run.apply(this, given);
};

module.exports = class OneRealmEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    this.restore = remember();
    for (const key of OF_THE_RUNNER) delete globalThis[key];
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    this.restore();
    for (const storage of entered) storage.disable();
    entered.clear();
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return globalThis;
  }
};

/** Remembers what tests and Jest change of the process, and returns what puts it back. */
function remember() {
  const { console } = globalThis;
  // Jest's loader replaces getBuiltinModule (and its runner exit), believing that the process is a copy.
  const { exit, exitCode, getBuiltinModule } = process;
  const environment = { ...process.env };
  const listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));
  return () => {
    globalThis.console = console;
    process.exit = exit;
    process.exitCode = exitCode;
    process.getBuiltinModule = getBuiltinModule;
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    for (const name of process.eventNames()) {
      for (const listener of process.rawListeners(name)) {
        if (!listeners.get(name)?.includes(listener)) process.off(name, listener);
      }
    }
    // The state of Jest's runner, which holds the whole file, is kept by a symbol that only its own module knows.
    for (const key of Object.getOwnPropertySymbols(globalThis)) {
      if (/^JEST_/.test(key.description ?? '') && Symbol.keyFor(key) === undefined) delete globalThis[key];
    }
  };
}
