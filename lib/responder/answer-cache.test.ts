import { describe, expect, it } from 'vitest';

import { answerCache, type ReadyAnswer } from './answer-cache';

const HOUR = 3_600_000;
const answer = (serial: string, more: Partial<ReadyAnswer> = {}): ReadyAnswer => ({
  der: Uint8Array.of(1),
  serial,
  known: true,
  thisUpdate: 0,
  nextUpdate: 24 * HOUR,
  etag: '"x"',
  lastModified: '',
  expires: '',
  ...more,
});

describe('the cache of answers', () => {
  it('holds so many and lets go of what was not asked for longest', () => {
    const cache = answerCache({ known: 2, unknown: 1 });
    cache.put('a', answer('01'));
    cache.put('b', answer('02'));
    expect(cache.get('a', 0)).not.toBeNull();
    cache.put('c', answer('03'));
    expect(['a', 'b', 'c'].map((id) => cache.get(id, 0) !== null)).toEqual([true, false, true]);
  });

  it('does not let questions about nothing crowd out the others', () => {
    const cache = answerCache({ known: 2, unknown: 2 });
    cache.put('a', answer('01'));
    for (let at = 0; at < 50; at++) cache.put(`u${at}`, answer(`f${at}`, { known: false }));
    expect(cache.get('a', 0)).not.toBeNull();
    expect([...Array(50).keys()].filter((at) => cache.get(`u${at}`, 0) !== null)).toEqual([48, 49]);
    expect(cache.size).toBe(1);
  });

  it('forgets a serial under every form of its CertID, and says which those were', () => {
    const cache = answerCache({ known: 10, unknown: 10 });
    cache.put('sha1', answer('01'));
    cache.put('sha256', answer('01'));
    cache.put('other', answer('02'));
    expect(cache.drop('01').toSorted()).toEqual(['sha1', 'sha256']);
    expect(cache.get('sha1', 0)).toBeNull();
    expect(cache.get('other', 0)).not.toBeNull();
    expect(cache.drop('01')).toEqual([]);
  });

  it('follows a serial from unknown to known and back', () => {
    const cache = answerCache({ known: 10, unknown: 10 });
    cache.put('a', answer('01', { known: false }));
    cache.put('a', answer('01'));
    expect(cache.get('a', 0)?.known).toBe(true);
    expect(cache.drop('01')).toEqual(['a']);
    expect(cache.size).toBe(0);
  });

  it('hands out nothing at or after its nextUpdate', () => {
    const cache = answerCache({ known: 10, unknown: 10 });
    cache.put('a', answer('01'));
    expect(cache.get('a', 24 * HOUR - 1)).not.toBeNull();
    expect(cache.get('a', 24 * HOUR)).toBeNull();
    expect(cache.drop('01')).toEqual([]);
  });

  it('names what is past half of its life, and of unknown serials nothing', () => {
    const cache = answerCache({ known: 10, unknown: 10 });
    cache.put('old', answer('01'));
    cache.put('young', answer('02', { thisUpdate: HOUR, nextUpdate: 25 * HOUR }));
    cache.put('unknown', answer('03', { known: false }));
    expect(cache.ageing(12 * HOUR, 10)).toEqual([]);
    expect(cache.ageing(12 * HOUR + 1, 10)).toEqual([{ certId: 'old', serial: '01' }]);
    expect(cache.ageing(20 * HOUR, 1)).toHaveLength(1);
  });
});
