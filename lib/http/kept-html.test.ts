import { beforeEach, expect, it } from 'vitest';

import { keepHtml, keptHtml } from './kept-html';

let now = 0;
// Far enough for everything that the test before has kept.
beforeEach(() => (now += 1_000_000));

it('renders once for all who name the same key', () => {
  let rendered = 0;
  const render = () => `rows ${(rendered += 1)}`;
  expect(keptHtml('en all 1')).toBeNull();
  expect(keepHtml('en all 1', render, now)).toBe(true);
  expect(keepHtml('en all 1', render, now + 50_000)).toBe(true);
  expect(keptHtml('en all 1')).toBe('rows 1');
});

it('forgets what no page has named for a minute, and nothing sooner', () => {
  keepHtml('a', () => 'a', now);
  keepHtml('b', () => 'b', now);
  keepHtml('a', () => 'again', now + 60_000);
  expect(keptHtml('b')).toBe('b');
  keepHtml('c', () => 'c', now + 60_001);
  expect([keptHtml('a'), keptHtml('b'), keptHtml('c')]).toEqual(['a', null, 'c']);
});

it('says so when all it can hold is in use, and has room again later', () => {
  for (let index = 0; index < 64; index += 1) {
    expect(keepHtml(`visitor ${index}`, () => 'rows', now)).toBe(true);
  }
  expect(keepHtml('one more', () => 'rows', now)).toBe(false);
  expect(keptHtml('one more')).toBeNull();
  expect(keepHtml('visitor 3', () => 'rows', now)).toBe(true);
  expect(keepHtml('one more', () => 'rows', now + 60_001)).toBe(true);
  expect(keptHtml('visitor 3')).toBeNull();
});
