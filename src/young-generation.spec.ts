import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { keepRequestsYoung } from './young-generation';

it('sets a flag that this V8 knows', () => {
  const before = cachedDataVersionTag();
  try {
    keepRequestsYoung();
    // V8 ignores a flag that it does not know; one that changes how it works changes this tag.
    expect(cachedDataVersionTag()).not.toBe(before);
  } finally {
    setFlagsFromString('--allocation-site-pretenuring');
  }
  expect(cachedDataVersionTag()).toBe(before);
});
