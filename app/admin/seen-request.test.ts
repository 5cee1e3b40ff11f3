import fc from 'fast-check';
import { expect, it } from 'vitest';

import { seenRequests } from './search-params';
import { SeenMany, seenValue } from './seen-request';

const seen = { id: 'R-7K3F9Q2M', version: 12 };

it('a ticked box carries the version that was on the page', () => {
  expect(SeenMany.parse(undefined)).toEqual([]);
  expect(SeenMany.parse(seenValue(seen))).toEqual([seen]);
  expect(SeenMany.parse([seenValue(seen), 'R-0B5YF3NW:1'])).toEqual([seen, { id: 'R-0B5YF3NW', version: 1 }]);
  expect(seenRequests({ id: [seenValue(seen), 'nonsense'] }, 'id')).toEqual([seen]);
});

it('a request without its version, or anything else, is no box', () => {
  for (const value of ['R-7K3F9Q2M', 'R-7K3F9Q2M:0', 'R-7K3F9Q2M:', 'R-7K3F9Q2M:1:2', 'R-7K3F9Q2M:1e3']) {
    expect(SeenMany.safeParse(value).success, value).toBe(false);
  }
  fc.assert(
    fc.property(fc.string(), (value) => {
      const parsed = SeenMany.safeParse(value);
      return !parsed.success || parsed.data.every((one) => Number.isSafeInteger(one.version));
    }),
  );
});
