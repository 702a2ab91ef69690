/** The secrets among the variables, as they were given. */
import { parse as parseConnectionString } from 'pg-connection-string';
import { urlsOfHosts } from '../../../core/database-hosts';
import type { Environment } from '../../../config/load-config';
import { SETTINGS } from '../../../config/settings';

export interface NamedSecret {
  name: string;
  value: string;
}

/** Shorter texts are not secrets, and removing them from the output would make it unreadable. */
const MIN_REDACTED_LENGTH = 6;

/** Every secret that is set, including each key of the ring and each password in a URL. */
export function givenSecrets(environment: Environment): NamedSecret[] {
  return Object.entries(SETTINGS)
    .filter(([, setting]) => 'secret' in setting)
    .flatMap(([name]) => {
      const value = environment[name];
      if (!value) return [];
      if (name === 'ENCRYPTION_KEYS') return value.split(',').map((entry) => key(name, entry));
      return name.endsWith('_URL') ? password(name, value) : [{ name, value }];
    });
}

/** A function that removes every secret from a text. */
export function redactor(environment: Environment): (text: string) => string {
  const values = givenSecrets(environment)
    .flatMap(({ value }) => [value, encodeURIComponent(value)])
    .filter((value) => value.length >= MIN_REDACTED_LENGTH);
  return (text) => values.reduce((rest, value) => rest.replaceAll(value, '***'), text);
}

function key(name: string, entry: string): NamedSecret {
  const [id = '', value = ''] = entry.trim().split(/:(.*)/s);
  return { name: `${name} (${id})`, value };
}

function password(name: string, url: string): NamedSecret[] {
  const value = passwordOf(url);
  return value ? [{ name: `${name} (password)`, value }] : [];
}

function passwordOf(url: string): string | undefined {
  try {
    return url.startsWith('postgres')
      ? parseConnectionString(urlsOfHosts(url)[0]).password
      : decodeURIComponent(new URL(url).password);
  } catch {
    return undefined;
  }
}
