import { isLocalAddress } from './public-address';

it.each([
  'http://localhost:3000',
  'http://127.0.0.1:3000',
  'http://127.9.9.9',
  'http://0.0.0.0:3000',
  'http://[::1]:3000',
  'http://[::]:3000',
  'http://[::ffff:10.0.0.1]',
  'http://[fd00::1]',
  'http://[fe80::1]',
  'https://10.1.2.3',
  'https://172.31.0.1',
  'https://192.168.1.5',
  'https://169.254.169.254',
  'https://100.64.0.1',
  'https://2130706433',
  'https://onboarding',
  'https://onboarding.internal',
  'https://mac.local.',
])('%s is local', (url) => expect(isLocalAddress(new URL(url))).toBe(true));

it.each([
  'https://hooks.example.com',
  'https://203.0.113.7',
  'https://172.32.0.1',
  'https://[2001:db8::1]',
  'https://internal.example.com',
  'https://localhost.example.com',
])('%s is not', (url) => expect(isLocalAddress(new URL(url))).toBe(false));
