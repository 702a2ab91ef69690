import { parse as parseConnectionString } from 'pg-connection-string';
import { urlsOfHosts } from '../core/database-hosts';

/** The service writes, so it can use none of these. */
const READ_ONLY_SESSIONS = ['read-only', 'standby', 'prefer-standby'];

/** What is wrong with DATABASE_URL, or null. Reads the certificates that it names. */
export function problemOfDatabaseUrl(text: string): string | null {
  try {
    for (const url of urlsOfHosts(text)) {
      const { database, target_session_attrs: sessions } = parseConnectionString(url) as Record<string, unknown>;
      if (!database) return MALFORMED;
      if (READ_ONLY_SESSIONS.includes(String(sessions))) return 'must have target_session_attrs=read-write';
    }
    return null;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    return code !== undefined && path !== undefined ? `names a file that cannot be read: ${path} (${code})` : MALFORMED;
  }
}

const MALFORMED = 'must be postgresql://user:password@host:port/database (several hosts: host1:port1,host2:port2)';
