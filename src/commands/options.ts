/** Values of options: text in, value out, usage error for anything else. */
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../core/duration';

/** Milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError('must be like 500ms, 10s, 30m or 2h.');
  return ms;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('must be a number greater than 0.');
  return value;
}

/** An http(s) URL without a trailing slash. */
export function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('must be an http(s) URL.');
  }
  return text.replace(/\/+$/, '');
}
