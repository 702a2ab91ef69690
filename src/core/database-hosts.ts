/** DATABASE_URL may name several hosts, as libpq allows: `postgresql://user@one:5432,two:5432/name?target_session_attrs=read-write`. */
const SCHEME_AND_USER = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?/;

/** A connection string for each host that `url` names, in order; `url` itself when it names one. */
export function urlsOfHosts(url: string): [string, ...string[]] {
  const before = SCHEME_AND_USER.exec(url)?.[0] ?? '';
  const hosts = /^[^/?#]*/.exec(url.slice(before.length))?.[0] ?? '';
  const after = url.slice(before.length + hosts.length);
  const [first = '', ...others] = hosts.split(',').map((host) => `${before}${host}${after}`);
  return [first, ...others];
}

/** The same servers and user, another database. */
export function urlOfDatabase(url: string, database: string): string {
  const before = SCHEME_AND_USER.exec(url)?.[0] ?? '';
  return before + url.slice(before.length).replace(/^([^/?#]*\/)[^?#]*/, `$1${database}`);
}
