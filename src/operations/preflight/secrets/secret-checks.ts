import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENOUGH_BITS, estimateBits, leftDefaults } from './secret-quality';
import { Check, failed, Finding, passed, skipped } from '../../check';
import type { PreflightContext } from '../preflight-context';
import { givenSecrets } from './secret-inventory';

const SIGNING_SECRETS = ['TYPEFORM_WEBHOOK_SECRET', 'TYPEFORM_WEBHOOK_SECRET_PREVIOUS'];
const MIN_SIGNING_LENGTH = 20;
const RECOMMENDED_LENGTH = 32;
const MAKE_ONE = 'create one with: openssl rand -base64 32';

/** Length, guessability and leftover defaults of the secrets in the environment. They are measured, never shown. */
export function secretChecks({ environment, report }: PreflightContext): Check[] {
  const production = report.environment === 'production';
  const given = (names: readonly string[]): { name: string; value: string }[] =>
    names.flatMap((name) => (environment[name] === undefined ? [] : [{ name, value: environment[name] }]));
  const required = (names: readonly string[], look: (name: string, value: string) => string | null): Finding => {
    const secrets = given(names);
    if (!secrets.some(({ name }) => name === names[0])) {
      return production
        ? failed(`${names[0]} is not set`, MAKE_ONE)
        : passed(`${names[0]} is not set: a generated one of 256 random bits is used (outside production only)`);
    }
    const wrong = secrets.flatMap(({ name, value }) => look(name, value) ?? []);
    const measured = secrets.map(({ name, value }) => `${name}: ${measures(value)}`).join('; ');
    return wrong.length === 0 ? passed(measured) : failed(wrong.join('; '), `replace it; ${MAKE_ONE}`);
  };
  return [
    {
      id: 'secrets.webhook-length',
      title: 'webhook secrets are long enough',
      severity: 'block',
      run: () => required(SIGNING_SECRETS, (name, value) => tooShort(name, value, MIN_SIGNING_LENGTH)),
    },
    {
      id: 'secrets.webhook-strength',
      title: 'webhook secrets cannot be guessed',
      severity: 'warn',
      run: () => required(SIGNING_SECRETS, tooWeak),
    },
    {
      id: 'secrets.admin-key',
      title: 'admin key is long and cannot be guessed',
      severity: 'block',
      run: () => required(['ADMIN_API_KEY'], tooWeak),
    },
    {
      id: 'secrets.defaults',
      title: 'no example or default value is left',
      severity: 'block',
      run: () => {
        const secrets = givenSecrets(environment);
        const found = leftDefaults(secrets, production ? generatedKeys(environment.DATA_DIR ?? './data') : []);
        if (secrets.length === 0)
          return skipped('no secret is set', 'set the secrets, then run preflight again', 'warn');
        return found.length === 0
          ? passed(
              `${secrets.length === 1 ? 'one secret is' : `${secrets.length} secrets are`} set: none is a default, none is used twice`,
            )
          : failed(found.join('; '), `give each its own value; ${MAKE_ONE}`);
      },
    },
  ];
}

function measures(value: string): string {
  return `${value.length} characters, about ${Math.round(estimateBits(value))} bits`;
}

function tooShort(name: string, value: string, min: number): string | null {
  return value.length < min ? `${name} has ${value.length} characters, at least ${min} are needed` : null;
}

function tooWeak(name: string, value: string): string | null {
  const short = tooShort(name, value, RECOMMENDED_LENGTH);
  if (short !== null) return short;
  return estimateBits(value) < ENOUGH_BITS
    ? `${name} can be guessed: ${measures(value)}, ${ENOUGH_BITS} are enough`
    : null;
}

/** The keys that were generated for development on this machine. */
function generatedKeys(dataDir: string): string[] {
  try {
    const keys = Object.values(JSON.parse(readFileSync(join(dataDir, 'keys.json'), 'utf8')) as Record<string, string>);
    return keys.map((key) => key.replace(/^generated:/, ''));
  } catch {
    return [];
  }
}
