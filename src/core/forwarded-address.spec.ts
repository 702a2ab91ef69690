import { bareAddress } from './forwarded-address';

describe('bareAddress', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:51423', '203.0.113.7'],
    [' 203.0.113.7:51423 ', '203.0.113.7'],
    ['"203.0.113.7:51423"', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:db8::7]:51423', '2001:db8::7'],
    ['"[2001:db8::7]:51423"', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:51423', 'fe80::1'],
    ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
  ])('reads %s', (entry, address) => expect(bareAddress(entry)).toBe(address));

  it.each(['unknown', '_hidden', '', '203.0.113.7:', '203.0.113:80', '[203.0.113.7', '[]:80', '999.0.0.1:80', 'a:b:c'])(
    'leaves %j as it is',
    (entry) => expect(bareAddress(entry)).toBe(entry),
  );
});
