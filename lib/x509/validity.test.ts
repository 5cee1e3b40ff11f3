import { describe, expect, it } from 'vitest';

import { planValidity } from './validity';

const HOUR = 3600;
const base = {
  now: new Date('2026-01-01T12:00:00.700Z'),
  lifetimeSeconds: HOUR,
  backdateSeconds: 0,
  issuerNotAfter: new Date('2030-01-01T00:00:00Z'),
};

describe('planValidity', () => {
  it('counts the last second and drops fractions', () => {
    expect(planValidity(base)).toEqual({
      notBefore: new Date('2026-01-01T12:00:00Z'),
      notAfter: new Date('2026-01-01T12:59:59Z'),
    });
  });

  it('moves the whole period back, without making it longer', () => {
    const { notBefore, notAfter } = planValidity({ ...base, backdateSeconds: HOUR });
    expect(notBefore).toEqual(new Date('2026-01-01T11:00:00Z'));
    expect(notAfter).toEqual(new Date('2026-01-01T11:59:59Z'));
  });

  // The boundary itself, then one second past it.
  it.each([
    ['2026-01-01T12:59:59Z', undefined],
    ['2026-01-01T12:59:58Z', 'certificate.outlives-issuer'],
  ])('issuer ending at %s gives %s', (issuerEnd, code) => {
    const plan = () => planValidity({ ...base, issuerNotAfter: new Date(issuerEnd) });
    if (code) expect(plan).toThrow(expect.objectContaining({ code }));
    else expect(plan).not.toThrow();
  });

  it.each([0, -1, 1.5, Number.NaN])('treats lifetimeSeconds %s as a bug', (lifetimeSeconds) => {
    expect(() => planValidity({ ...base, lifetimeSeconds })).toThrow(RangeError);
  });
});
