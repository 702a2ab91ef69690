/**
 * Fuzzers: inputs at random and changed ones of a kept corpus, checked one by one. `FUZZ_RUNS` says how many in all (`npm run
 * test:security`); without it each fuzzer has a short run. `FUZZ_SEED` repeats a run. What breaks something is kept in the corpus, as
 * small as it could be made.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';

/** What a fuzzer gets of all runs, and its runs in a short one. */
const BUDGETS = {
  envelope: { share: 0.41, short: 3_000 },
  'json-body': { share: 0.2, short: 1_500 },
  'form-links': { share: 0.15, short: 2_000 },
  cursors: { share: 0.14, short: 1_500 },
  identification: { share: 0.08, short: 400 },
  intake: { share: 0.01, short: 120 },
  'cursors-in-lists': { share: 0.004, short: 100 },
  'admin-requests': { share: 0.006, short: 150 },
} as const;

export type Fuzzer = keyof typeof BUDGETS;

const ALL_RUNS = process.env.FUZZ_RUNS === undefined ? null : Number(process.env.FUZZ_RUNS);
// A short run always checks the same inputs.
const SEED = Number(process.env.FUZZ_SEED ?? (ALL_RUNS === null ? 20261129 : Date.now() % 1_000_000_000));
const CORPUS = join(__dirname, '..', 'corpus');
/** Inputs between two lines of progress. */
const CHUNK = 20_000;

/** How an input is written into the corpus and read from it. */
export interface Notation<T> {
  read(file: Buffer): T;
  write(input: T): Buffer;
}

export const BYTES: Notation<Buffer> = { read: (file) => file, write: (input) => input };
export const TEXT: Notation<string> = { read: (file) => file.toString('utf8'), write: (input) => Buffer.from(input) };
export const JSON_TEXT = <T>(): Notation<T> => ({
  read: (file) => JSON.parse(file.toString('utf8')) as T,
  write: (input) => Buffer.from(`${JSON.stringify(input, null, 1)}\n`),
});

/** The inputs that are kept in `test/security/corpus/<folder>`. */
export function corpusOf<T>(folder: string, notation: Notation<T>): T[] {
  const path = join(CORPUS, folder);
  return readdirSync(path)
    .sort()
    .map((name) => notation.read(readFileSync(join(path, name))));
}

/**
 * Checks every input of the corpus as it is, then inputs of `arbitrary`. `check` throws when something is wrong. What fails is made
 * smaller, kept in `folder`, and reported with the seed.
 */
export async function fuzz<T>(
  fuzzer: Fuzzer,
  { folder, notation, arbitrary }: { folder: string; notation: Notation<T>; arbitrary: fc.Arbitrary<T> },
  check: (input: T) => void | Promise<void>,
): Promise<void> {
  const corpus = corpusOf(folder, notation);
  const { share, short } = BUDGETS[fuzzer];
  const runs = Math.max(corpus.length, ALL_RUNS === null ? short : Math.ceil(ALL_RUNS * share));
  const startedAt = performance.now();
  for (let done = 0; done < runs; done += CHUNK) {
    const details = await fc.check(
      fc.asyncProperty(arbitrary, async (input) => check(input)),
      {
        seed: SEED + done,
        numRuns: Math.min(CHUNK, runs - done),
        examples: done === 0 ? corpus.map((input): [T] => [input]) : [],
      },
    );
    if (details.failed) {
      const kept = details.counterexample ? keep(folder, notation.write(details.counterexample[0])) : 'nothing';
      throw new Error(`FUZZ_SEED=${SEED}, kept as ${kept}\n${fc.defaultReportMessage(details)}`);
    }
    report(fuzzer, Math.min(done + CHUNK, runs), runs, startedAt);
  }
}

function report(fuzzer: Fuzzer, done: number, runs: number, startedAt: number): void {
  if (ALL_RUNS === null) return;
  const seconds = (performance.now() - startedAt) / 1_000;
  const rate = Math.round(done / seconds);
  process.stdout.write(`${fuzzer}: ${done} of ${runs} inputs, ${rate} a second, FUZZ_SEED=${SEED}\n`);
}

function keep(folder: string, input: Buffer): string {
  const name = `found-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
  mkdirSync(join(CORPUS, folder), { recursive: true });
  writeFileSync(join(CORPUS, folder, name), input);
  return `test/security/corpus/${folder}/${name}`;
}

/** Bytes at random, and those of `seeds` with a few pieces cut out, doubled or put in: `tokens`, bytes, or a piece of another seed. */
export function changed(seeds: readonly Buffer[], tokens: readonly string[] = []): fc.Arbitrary<Buffer> {
  const random = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  const seed = fc.constantFrom(...seeds);
  const piece = fc
    .tuple(seed, fc.nat(), fc.nat({ max: 40 }))
    .map(([bytes, at, length]) => bytes.subarray(at % (bytes.length + 1), (at % (bytes.length + 1)) + length));
  const token = tokens.length > 0 ? [fc.constantFrom(...tokens).map((text) => Buffer.from(text))] : [];
  const insert = fc.oneof(
    ...token,
    piece,
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  );
  const edit = fc.record({ at: fc.nat(), cut: fc.nat({ max: 6 }), insert });
  const edited = fc.tuple(seed, fc.array(edit, { minLength: 1, maxLength: 5 })).map(([bytes, edits]) =>
    edits.reduce((text, { at, cut, insert: put }) => {
      const start = at % (text.length + 1);
      return Buffer.concat([text.subarray(0, start), put, text.subarray(start + cut)]);
    }, bytes),
  );
  return fc.oneof({ weight: 9, arbitrary: edited }, { weight: 1, arbitrary: random });
}

/** The same as text. */
export function changedText(seeds: readonly string[], tokens: readonly string[] = []): fc.Arbitrary<string> {
  const bytes = seeds.map((text) => Buffer.from(text));
  return fc.oneof(
    { weight: 9, arbitrary: changed(bytes, tokens).map((text) => text.toString('utf8')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
}

/** Half of a pair of surrogates, which no address and no column can hold, becomes U+FFFD. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');
