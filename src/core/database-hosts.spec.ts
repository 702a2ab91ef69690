import { urlOfDatabase, urlsOfHosts } from './database-hosts';

it.each([
  ['postgresql://host/db', ['postgresql://host/db']],
  ['postgres://u:p@host:5433/db?sslmode=verify-full', ['postgres://u:p@host:5433/db?sslmode=verify-full']],
  ['postgresql:///db?host=/var/run/postgresql', ['postgresql:///db?host=/var/run/postgresql']],
  [
    'postgresql://u:p,q@one:5432,two,[::1]:5434/db?target_session_attrs=read-write',
    [
      'postgresql://u:p,q@one:5432/db?target_session_attrs=read-write',
      'postgresql://u:p,q@two/db?target_session_attrs=read-write',
      'postgresql://u:p,q@[::1]:5434/db?target_session_attrs=read-write',
    ],
  ],
])('%s names its hosts', (url, urls) => expect(urlsOfHosts(url)).toEqual(urls));

it('another database on the same servers', () => {
  expect(urlOfDatabase('postgresql://u:p@one,two:5433/db?sslmode=require', 'other')).toBe(
    'postgresql://u:p@one,two:5433/other?sslmode=require',
  );
});
