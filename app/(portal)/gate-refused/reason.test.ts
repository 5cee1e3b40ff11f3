import { describe, expect, it } from 'vitest';

import type { CertReason } from '#lib/client-cert/status';
import type { RevocationReason } from '#lib/wire/records';

import { reasonOf } from './reason';

const visitor = (over: { shown?: boolean; reasons?: CertReason[]; revocation?: RevocationReason }) => ({
  shown: over.shown ?? true,
  reasons: (over.reasons ?? []).map((code) => ({ code })),
  ...(over.revocation === undefined ? {} : { revocation: over.revocation }),
});

describe('why the gate refused', () => {
  it.each([
    ['expired', visitor({}), 'expired'],
    ['revoked', visitor({}), 'revoked'],
    ['revoked', visitor({ revocation: 'certificateHold' }), 'held'],
    ['not-listed', visitor({}), 'not-listed'],
    // The fronts have one word for everybody whom no list can name; such a certificate opens nothing.
    ['not-listed', visitor({ reasons: ['not-one-name'] }), 'not-one-name'],
    ['revoked', visitor({ reasons: ['not-one-name'] }), 'revoked'],
    ['constructor', visitor({}), 'not-listed'],
    [null, visitor({ reasons: ['not-one-name'] }), 'not-one-name'],
    [null, visitor({}), 'not-listed'],
    [null, visitor({ shown: false }), 'none-shown'],
  ])('%s, with what was shown, is %s', (said, shown, reason) => {
    expect(reasonOf(said, shown)).toBe(reason);
  });
});
