import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import dockerignore from '@balena/dockerignore';

/** A busy machine takes minutes where an idle one takes seconds. */
const RUN_WITHIN_MS = 400_000;

/**
 * Performs a stage in a folder that acts as the root of its file system, and returns what else the image would hold:
 * `{ root, directory, environment, labels, user, stopSignal, healthcheck, command }`. Throws at an instruction that it cannot
 * perform or that fails. `log(instruction, outcome)` is called for each.
 */
export function performStage(stage, root, { context, stages, buildArguments, log }) {
  const state = {
    root,
    directory: '/',
    arguments: {},
    environment: {},
    labels: {},
    user: null,
    stopSignal: null,
    healthcheck: null,
    command: null,
  };
  mkdirSync(root, { recursive: true });
  for (const instruction of stage.instructions) {
    const perform = INSTRUCTIONS[instruction.keyword];
    if (!perform) throw new Error(`line ${instruction.line}: this script cannot perform ${instruction.keyword}`);
    log(instruction, perform(state, instruction, { context, stages, buildArguments }));
  }
  return state;
}

const INSTRUCTIONS = {
  ARG(state, { properties }, { buildArguments }) {
    for (const [name, value] of Object.entries(properties)) state.arguments[name] = buildArguments[name] ?? value;
    return Object.keys(properties)
      .map((name) => `${name}=${state.arguments[name]}`)
      .join(' ');
  },
  LABEL(state, { properties }) {
    for (const [name, value] of Object.entries(properties)) state.labels[name] = expand(value, state);
    return `${Object.keys(state.labels).length} labels`;
  },
  ENV(state, { properties }) {
    for (const [name, value] of Object.entries(properties)) state.environment[name] = expand(value, state);
    return JSON.stringify(state.environment);
  },
  WORKDIR(state, { words: [directory] }) {
    state.directory = directory;
    mkdirSync(join(state.root, directory), { recursive: true });
    return `made ${directory}`;
  },
  COPY(state, { words, flags }, { context, stages }) {
    const target = words.at(-1);
    const from = flags.from === undefined ? { base: context, skips: ignoredIn(context) } : stageOf(flags.from, stages);
    const copied = words.slice(0, -1).map((word) => copy(state, from, word, target));
    return `${copied.reduce((sum, count) => sum + count, 0)} files`;
  },
  RUN(state, { text, strings, line }) {
    // The folder stands for `/` only for relative paths.
    if (/(^|[\s="'])\/\w/.test(text)) throw new Error(`line ${line}: an absolute path cannot be performed in a folder`);
    const [program, ...args] = strings ?? ['sh', '-c', text];
    const startedAt = performance.now();
    const { status, stderr } = spawnSync(program, args, {
      cwd: join(state.root, state.directory),
      // The registry and the cache of this machine's npm, and nothing of the environment of this project.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...npmSettings(), ...state.environment },
      encoding: 'utf8',
      timeout: RUN_WITHIN_MS,
    });
    if (status !== 0) throw new Error(`line ${line}: ended with ${status}: ${stderr.slice(-2000)}`);
    return `exit code 0 after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  },
  USER(state, { words: [user] }) {
    state.user = user;
    return user;
  },
  EXPOSE: (_state, { words }) => words.join(),
  STOPSIGNAL(state, { words: [signal] }) {
    state.stopSignal = signal;
    return signal;
  },
  HEALTHCHECK(state, { strings, flags }) {
    state.healthcheck = { command: strings, ...flags };
    return strings ? 'exec form' : 'SHELL FORM';
  },
  CMD(state, { strings }) {
    state.command = strings;
    return strings ? 'exec form' : 'SHELL FORM';
  },
};

function copy(state, { base, skips }, word, target) {
  const source = join(base, word);
  if (!existsSync(source) || skips(word)) throw new Error(`COPY ${word}: there is no such file in the build`);
  const isDirectory = statSync(source).isDirectory();
  const folder = target.startsWith('/') ? target : join(state.directory, target);
  const destination = isDirectory || !target.endsWith('/') ? folder : join(folder, basename(word));
  let files = 0;
  cpSync(source, join(state.root, destination), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => {
      // A folder is gone through even when it is ignored itself: an exception may be in it.
      const directory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
      const taken = directory || !skips(relative(base, path));
      if (taken && !directory) files += 1;
      return taken;
    },
  });
  if (files === 0) throw new Error(`COPY ${word}: .dockerignore leaves nothing of it`);
  return files;
}

function stageOf(name, stages) {
  const stage = stages.get(name);
  if (!stage) throw new Error(`COPY --from=${name}: there is no such stage`);
  return { base: stage.root, skips: () => false };
}

function ignoredIn(context) {
  const rules = dockerignore({ ignorecase: false }).add(readFileSync(join(context, '.dockerignore'), 'utf8'));
  return (path) => path !== '' && statSync(join(context, path)).isFile() && rules.ignores(path);
}

function npmSettings() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^npm_config_(registry|cache|.*cafile)$/i.test(name)),
  );
}

function expand(value, state) {
  return value.replace(/\$\{(\w+)\}/g, (_, name) => state.arguments[name] ?? state.environment[name] ?? '');
}
