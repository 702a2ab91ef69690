import { parse as parseConnectionString } from 'pg-connection-string';

/** A connection string as libpq's environment variables: on a command line, every user of the machine could read the password. */
export function libpqVariables(url: string): Record<string, string> {
  const { host, port, user, password, database } = parseConnectionString(url);
  const query = new URL(url.replace(/^postgres(ql)?:\/\/([^@/]*@)?(?=\/)/, 'postgresql://localhost')).searchParams;
  const variables = {
    PGHOST: host,
    PGPORT: port,
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGSSLMODE: query.get('sslmode'),
    PGSSLROOTCERT: query.get('sslrootcert'),
    PGSSLCERT: query.get('sslcert'),
    PGSSLKEY: query.get('sslkey'),
    PGAPPNAME: 'typeform-onboarding-preflight',
  };
  return Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
