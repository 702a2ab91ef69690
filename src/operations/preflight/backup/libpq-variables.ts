import { parse as parseConnectionString } from 'pg-connection-string';
import { urlsOfHosts } from '../../../core/database-hosts';

/** A connection string as libpq's environment variables: on a command line, every user of the machine could read the password. */
export function libpqVariables(url: string): Record<string, string> {
  const hosts = urlsOfHosts(url);
  const parsed = hosts.map((one) => parseConnectionString(one));
  const { user, password, database } = parseConnectionString(hosts[0]);
  const query = new URL(hosts[0].replace(/^postgres(ql)?:\/\/([^@/]*@)?(?=\/)/, 'postgresql://localhost')).searchParams;
  const variables = {
    PGHOST: parsed.map(({ host }) => host).join(','),
    PGPORT: parsed.map(({ port }) => port).join(','),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGTARGETSESSIONATTRS: hosts.length > 1 ? 'read-write' : null,
    PGSSLMODE: query.get('sslmode'),
    PGSSLROOTCERT: query.get('sslrootcert'),
    PGSSLCERT: query.get('sslcert'),
    PGSSLKEY: query.get('sslkey'),
    PGAPPNAME: 'typeform-onboarding-preflight',
  };
  return Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
