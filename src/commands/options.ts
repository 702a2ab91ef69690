/** Options and their values: text in, value out, usage error for anything else. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../core/duration';

/** Where the state of the checklist is kept unless another file is named. */
export const CHECKLIST_STATE_FILE = 'deployment.json';

/** Milliseconds. */
function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError('Give a time above 0, like 500ms, 10s, 30m or 2h.');
  return ms;
}

/** An option whose default the help shows as it would be typed: `30m`. */
export function durationOption(flags: string, description: string, byDefault: string): Option {
  return new Option(flags, description).argParser(duration).default(duration(byDefault), byDefault);
}

/** `--admin-key`, the name that `--key` had in `verify`: every command with a key takes both. */
export function formerKeyOption(): Option {
  return new Option('--admin-key <key>').hideHelp();
}

/** What `--prometheus` is asked for; a usage error without it. */
export function selectorOption(): Option {
  return new Option(
    '--selector <matchers>',
    'with --prometheus: matchers that select this release, e.g. namespace="production"',
  );
}

/** Ends the command when {@link selectorOption} is given without `--prometheus`: it would be ignored. */
export function refuseSelectorAlone(command: Command, given: { selector?: string; prometheus?: string }): void {
  if (given.selector !== undefined && given.prometheus === undefined)
    command.error('error: --selector needs --prometheus');
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

/** An http(s) URL without a trailing slash. */
export function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('Give an http(s) URL.');
  }
  return text.replace(/\/+$/, '');
}
