import { describe, expect, it } from 'vitest';

import { safeNext } from '#lib/http/safe-next';

import { newRequestAddress } from './address';

describe('the address of the request wizard', () => {
  it.each([
    [{}, '/certs/new'],
    [{ again: 'R-7K3F9Q2M' }, '/certs/new?again=R-7K3F9Q2M'],
    [{ way: 'paste', again: 'R-7K3F9Q2M' }, '/certs/new?again=R-7K3F9Q2M&way=paste'],
    [{ for: 'server', way: 'upload', again: undefined }, '/certs/new?for=server&way=upload'],
    [{ lang: 'es', way: ['paste', 'upload'] }, '/certs/new'],
    [{ way: '&again=R-7K3F9Q2M' }, '/certs/new?way=%26again%3DR-7K3F9Q2M'],
  ])('keeps of %j what was chosen: %s', (chosen, address) => {
    expect(newRequestAddress(chosen)).toBe(address);
    // So that a sign-in on the way leads back to it.
    expect(safeNext(address, '/')).toBe(address);
  });
});
