/** Where things are, seen from the compiled program: this file becomes bench/dist/bench/places.js. */
import { join } from 'node:path';

export const PROJECT = join(__dirname, '..', '..', '..');
