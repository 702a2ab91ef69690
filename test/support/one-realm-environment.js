/**
 * Jest's test environment for files that share their modules (shared-modules-runtime.js): all files of a worker run in the worker's own
 * realm, one after the other. Jest's own environment gives each file a realm, whose every global is looked up through a proxy.
 *
 * What a file changes of the process is as it was when the next one begins.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const vm = require('node:vm');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** Where Jest's runner keeps who listens to it: it would go on telling the listeners of earlier files. */
const EVENT_HANDLERS = Symbol.for('EVENT_HANDLERS');

/** @type {Map<string, { code: string, script: vm.Script }>} By file name: what is evaluated for each file (Jest's runner, test/) is compiled once. */
const compiled = new Map();

const { compileFunction } = vm;
/** As `vm.compileFunction`, which knows no script to run again. Jest's runtime calls it. */
vm.compileFunction = (code, parameters = [], options = {}) => {
  const { filename, parsingContext } = options;
  if (parsingContext !== globalThis || !filename) return compileFunction(code, parameters, options);
  let known = compiled.get(filename);
  if (known?.code !== code) {
    const head = `(function (${parameters.join(',')}) {`;
    const script = new vm.Script(`${head}${code}\n})`, { filename, columnOffset: -head.length });
    known = { code, script };
    compiled.set(filename, known);
  }
  return known.script.runInThisContext();
};

/** The storages that have been entered since the last file ended. */
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
    delete globalThis[EVENT_HANDLERS];
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
  const { exit, exitCode } = process;
  const environment = { ...process.env };
  const listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));
  return () => {
    globalThis.console = console;
    process.exit = exit;
    process.exitCode = exitCode;
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
