'use client';

import { useEffect, useState } from 'react';

import { Button } from '../ui/button';
import { Field, SelectField } from '../ui/field';
import { makePassphrase } from './passphrase';
import type { WizardWords } from './wizard-words';

/**
 * The passphrase of a key that this browser makes, and which kind of key. The field has no name: no
 * form carries it away.
 */
export function PassphraseField({
  words,
  error,
  first = false,
  made: wanted = false,
}: {
  words: Pick<
    WizardWords,
    'passphrase' | 'passphraseHelp' | 'passphraseMade' | 'makeOne' | 'keyKind' | 'keyKindP256' | 'keyKindRsa'
  >;
  error: string | undefined;
  first?: boolean;
  /** One is made at once, so that nothing has to be typed. */
  made?: boolean;
}) {
  const [made, setMade] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const make = () => {
    const phrase = makePassphrase();
    setMade(phrase);
    setPassphrase(phrase);
  };
  useEffect(() => {
    if (wanted) make();
  }, [wanted]);
  const isMade = made !== '' && made === passphrase;
  return (
    <>
      <Field
        split
        first={first}
        id="passphrase"
        type={isMade ? 'text' : 'password'}
        mono={isMade}
        autoComplete="new-password"
        label={words.passphrase}
        help={words.passphraseHelp}
        error={error}
        fine={isMade ? words.passphraseMade : undefined}
        value={passphrase}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
        beside={<Button onClick={make}>{words.makeOne}</Button>}
      />
      <SelectField split id="keyChoice" name="keyChoice" label={words.keyKind} defaultValue="p-256">
        <option value="p-256">{words.keyKindP256}</option>
        <option value="rsa-3072">{words.keyKindRsa}</option>
      </SelectField>
    </>
  );
}
