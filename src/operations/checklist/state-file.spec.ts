import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newState } from './checklist-state';
import { readState, writeState } from './state-file';

const now = new Date('2026-11-24T10:00:00Z');
const state = newState({ deployment: 'test', version: '1.0.0', now });
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checklist-state-'));
  path = join(folder, 'deployment.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('reads what was written, and leaves nothing else in the folder', () => {
  expect(readState(path)).toBeNull();
  writeState(path, state);
  expect(readState(path)).toEqual(state);
  expect(readdirSync(folder)).toEqual(['deployment.json']);
});

it.each([
  ['cut off', '{"format":1,'],
  ['empty', ''],
  ['of another format', JSON.stringify({ ...state, format: 2 })],
  [
    'with a line nobody knows',
    JSON.stringify({ ...state, lines: { 'code.revue': { findings: [], signature: null } } }),
  ],
  [
    'with a signature by nobody',
    JSON.stringify({
      ...state,
      lines: { 'code.review': { findings: [], signature: { by: '', at: now, result: 'yes', note: null } } },
    }),
  ],
  ['with more than it should have', JSON.stringify({ ...state, secret: 'x' })],
])('a file that is %s is refused and left as it is', (_case, text) => {
  writeFileSync(path, text);
  expect(() => readState(path)).toThrow(/damaged or of another version .*left as it is/);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('a state that would be refused is never written over a good one', () => {
  writeState(path, state);
  expect(() => writeState(path, { ...state, startedAt: 'yesterday' })).toThrow();
  expect(readState(path)).toEqual(state);
  expect(readdirSync(folder)).toEqual(['deployment.json']);
});
