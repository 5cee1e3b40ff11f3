import { describe, expect, it } from 'vitest';

import { weakness } from './passphrase';

describe('a passphrase of a CA', () => {
  it.each([
    'correct horse battery staple',
    'vier kurze Wörter und Regen',
    'zebra-violin-harbour-Quiet 7',
    'kT9#vWq2!mZx8$',
    'Nine-Tenths.0fTheLaw',
  ])('%s will do', (passphrase) => expect(weakness(passphrase)).toBeNull());

  it.each([
    ['too short', 'kT9#vWq2!mZx8'],
    ['one character', 'aaaaaaaaaaaaaaaaaaaa'],
    ['a row of the keyboard', 'qwertyuiopasdfgh'],
    ['a row of the alphabet', 'abcdefghijklmnopqrst'],
    ['what is guessed first', 'Password1234Password'],
    ['what is guessed first, with the product', 'Hubgate-Password-2026'],
    ['one kind of characters', 'thequickbrownfoxjumps'],
    ['a space at its end', 'correct horse battery staple '],
    ['a tab in it', 'correct horse\tbattery staple'],
    ['nothing', ''],
  ])('%s is too weak', (_why, passphrase) => expect(weakness(passphrase)).not.toBeNull());
});
