import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { count, one, requestIds, withQuery } from './search-params';

describe('the query of an administration page', () => {
  it('gives the first of several values, trimmed and cut', () => {
    expect(one({ q: ['  alice ', 'bob'] }, 'q')).toBe('alice');
    expect(one({ q: 'x'.repeat(300) }, 'q')).toHaveLength(200);
    expect(one({}, 'q')).toBe('');
  });

  it('believes only whole numbers', () => {
    expect(count({ n: '8' }, 'n')).toBe(8);
    for (const text of ['-1', '1.5', '1e3', '', '9999999', ' 7x']) expect(count({ n: text }, 'n')).toBe(0);
  });

  it('drops whatever is not a request id', () => {
    expect(requestIds({ id: 'R-7K3F9Q2M,nonsense,R-0B5YF3NW' }, 'id')).toEqual(['R-7K3F9Q2M', 'R-0B5YF3NW']);
    fc.assert(
      fc.property(fc.array(fc.string()), (values) =>
        requestIds({ id: values }, 'id').every((id) => /^R-[0-9A-Z]{8}$/.test(id)),
      ),
    );
  });

  it('changes and removes single values of a link', () => {
    expect(withQuery('/admin', { state: 'ISSUED', q: 'a b' }, { cursor: 'x' })).toBe(
      '/admin?state=ISSUED&q=a+b&cursor=x',
    );
    expect(withQuery('/admin', { state: 'ISSUED' }, { state: null })).toBe('/admin');
  });
});
