/** Typeform's API does not list the scopes of a key, so each is tested by a call that changes nothing. */
import { TypeformError } from './typeform-error';

export interface ScopeFindings {
  proven: string[];
  missing: string[];
  /** Neither, with the status or code that was answered. */
  unknown: string[];
}

/** Makes each scope's call, one after the other. Throws what is no answer of Typeform's. */
export async function probeScopes(probes: Readonly<Record<string, () => Promise<unknown>>>): Promise<ScopeFindings> {
  const findings: ScopeFindings = { proven: [], missing: [], unknown: [] };
  for (const [scope, probe] of Object.entries(probes)) {
    try {
      await probe();
      findings.proven.push(scope);
    } catch (error) {
      if (!(error instanceof TypeformError)) throw error;
      if (error.failure === 'unauthorized') findings.missing.push(scope);
      else findings.unknown.push(`${scope} (${error.remoteStatus ?? error.remoteCode})`);
    }
  }
  return findings;
}

/** What to do about missing scopes. */
export function scopeRemedy(missing: readonly string[]): string {
  return `create a personal access token that also has the scopes ${missing.join(', ')}`;
}
