import { describe, expect, it } from 'vitest';

import { canaryNameExists } from './canary-name';

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

describe('the name of the canary', () => {
  it.each([
    ['a name with an address', 'https://canary.example.org', () => Promise.resolve({}), true],
    ['a name that nobody registered', 'https://canary.example.org:8443', failing('ENOTFOUND'), false],
    ['a resolver that is silent', 'https://canary.example.org', failing('EAI_AGAIN'), true],
    ['a name that browsers know', 'https://canary.localhost:8443', failing('ENOTFOUND'), true],
    ['a name that only ends alike', 'https://canary.notlocalhost', failing('ENOTFOUND'), false],
    ['an address', 'https://192.0.2.7', failing('ENOTFOUND'), true],
    ['an address of six', 'https://[2001:db8::7]:8443', failing('ENOTFOUND'), true],
  ])('%s', async (_what, url, ask, exists) => {
    expect(await canaryNameExists(url, ask)).toBe(exists);
  });
});
