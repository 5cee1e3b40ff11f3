import { describe, expect, it } from 'vitest';

import { actorName, type Actor } from '#lib/ctx';
import { LOCALES } from '#lib/i18n/locales';
import { translator } from '#lib/i18n/translator';

import { actorWord } from './actor';

const addressKey = 'k';
const ACTORS: [Actor | string, string, string][] = [
  [{ kind: 'visitor', addressKey }, 'somebody who was not signed in', 'alguien sin sesión iniciada'],
  [{ kind: 'requester', requestId: 'R-7K3F9Q2M', addressKey }, 'whoever sent it', 'quien la envió'],
  [
    { kind: 'holder', serial: '0a', commonName: 'alice', addressKey },
    'the holder of a certificate of alice',
    'titular de un certificado de alice',
  ],
  [
    { kind: 'owner', proofs: { requestIds: [], serial: null, email: null, userId: null }, addressKey },
    'the holder',
    'titular del certificado',
  ],
  [{ kind: 'person', userId: 'u', name: 'paula', roles: [] }, 'paula', 'paula'],
  [{ kind: 'token', tokenId: 't', name: 'ci', madeBy: 'user:u', roles: [] }, 'the token ci', 'el token ci'],
  [{ kind: 'host', name: 'web1' }, 'a command on web1', 'un comando en web1'],
  [{ kind: 'system', name: 'sign' }, 'the portal itself', 'el propio portal'],
  [
    { kind: 'system', name: 'event:E-7K3F9Q2M' },
    'the approval of the event E-7K3F9Q2M',
    'la aprobación del evento E-7K3F9Q2M',
  ],
  // As approvals name them, without a kind before it.
  ['event:E-7K3F9Q2M', 'the approval of the event E-7K3F9Q2M', 'la aprobación del evento E-7K3F9Q2M'],
  [{ kind: 'system', name: 'policy:renewal' }, 'the rule for renewals', 'la regla de renovación'],
  ['policy:renewal', 'the rule for renewals', 'la regla de renovación'],
  ['somebody: else', 'somebody: else', 'somebody: else'],
];

describe('who did something, on pages', () => {
  it.each(ACTORS)('%j is %s, %s', (actor, ...words) => {
    const name = typeof actor === 'string' ? actor : actorName(actor);
    expect(LOCALES.map((locale) => actorWord(name, translator(locale)))).toEqual(words);
  });
});
