'use client';

import { useState } from 'react';

import { Button } from '../ui/button';
import { Field, FieldFrame, TextField } from '../ui/field';
import { Fingerprint } from '../ui/fingerprint';
import { NeedsScript } from './form-notices';
import { NeedsCrypto } from './needs-crypto';
import { PassphraseField } from './passphrase-field';
import type { KeyFacts } from './use-browser-key';
import type { Way } from './wizard-state';
import type { WizardFacts, WizardWords } from './wizard-words';

type Props = {
  way: Way;
  /** This very form, to be opened over https. */
  here: string;
  server: boolean;
  words: WizardWords;
  facts: WizardFacts;
  values: Record<string, string>;
  wrong: { field: string; message: string } | null;
  keyFacts: KeyFacts | null;
  busy: boolean;
};

/** The first step: where the key comes from, account name, e-mail address, the device, a note. */
export function WizardForm({ way, here, server, words, facts, values, wrong, keyFacts, busy }: Props) {
  const error = (field: string) => (wrong?.field === field ? wrong.message : undefined);
  return (
    <>
      {way === 'browser' ? <NeedsScript text={words.noScript} /> : null}
      {way === 'browser' ? (
        <NeedsCrypto text={words.noCrypto} link={words.noCryptoLink} href={`${facts.siteUrl}${here}`} />
      ) : null}
      {way === 'paste' ? <Paste words={words} value={values['csr']} error={error('csr')} /> : null}
      {way === 'upload' ? <Upload words={words} error={error('csr')} /> : null}
      {server ? (
        <Names
          words={words}
          value={values['names']}
          error={error('dnsNames') ?? error('ipAddresses') ?? error('names')}
        />
      ) : (
        <AccountName
          way={way}
          words={words}
          facts={facts}
          value={values['commonName']}
          error={error('commonName')}
        />
      )}
      {facts.invited ? null : (
        <Field
          split
          id="email"
          name="email"
          type="email"
          autoComplete="email"
          label={server ? words.contact : words.email}
          help={server ? words.contactHelp : emailHelp(words, facts)}
          error={error('email')}
          defaultValue={values['email'] ?? facts.known.email ?? undefined}
        />
      )}
      {way === 'browser' ? (
        <PassphraseField words={words} error={error('passphrase') ?? error('key')} />
      ) : null}
      {server ? null : (
        <Field
          split
          id="label"
          name="label"
          maxLength={40}
          autoComplete="off"
          label={words.device}
          labelNote={words.optional}
          help={words.deviceHelp}
          error={error('label')}
          defaultValue={values['label']}
        />
      )}
      {facts.invited ? null : (
        <Field
          split
          id="note"
          name="note"
          maxLength={500}
          label={words.note}
          labelNote={words.optional}
          help={words.noteHelp}
          error={error('note')}
          defaultValue={values['note']}
        />
      )}
      {keyFacts ? (
        <div className="key-line">
          <p className="meta">{words.yourKey}</p>
          <Fingerprint hex={keyFacts.spkiSha256} />
        </div>
      ) : null}
      <div className="actions section-actions">
        <Button look="primary" type="submit" name="intent" value="preview" aria-disabled={busy}>
          {busy ? words.working : words.continue}
        </Button>
      </div>
    </>
  );
}

function emailHelp(words: WizardWords, { known, mail }: WizardFacts): string {
  if (known.email !== null) return words.emailHelpKnown;
  return mail ? words.emailHelp : words.emailHelpNoMail;
}

function AccountName({
  way,
  words,
  facts,
  value,
  error,
}: {
  way: Way;
  words: WizardWords;
  facts: WizardFacts;
  value: string | undefined;
  error: string | undefined;
}) {
  // A CSR that is brought along has a name of its own.
  const first = value ?? (way === 'browser' ? (facts.known.login ?? undefined) : undefined);
  const [typed, setTyped] = useState(first ?? '');
  if (facts.known.account !== null) {
    return (
      <Field
        split
        mono
        first={way === 'browser'}
        id="commonName"
        name="commonName"
        label={words.name}
        help={words.nameFromAccount}
        error={error}
        defaultValue={facts.known.account}
        readOnly
      />
    );
  }
  const fits = new RegExp(`^(?:${facts.accountPattern})$`, 'u').test(typed.trim());
  return (
    <Field
      split
      mono
      first={way === 'browser'}
      id="commonName"
      name="commonName"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      label={words.name}
      labelNote={way === 'browser' ? undefined : words.nameOptional}
      help={way === 'browser' ? words.nameHelp : words.nameFromCsr}
      error={error}
      fine={fits ? words.nameFine : undefined}
      defaultValue={first}
      required={way === 'browser'}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}

function Names({
  words,
  value,
  error,
}: {
  words: WizardWords;
  value: string | undefined;
  error: string | undefined;
}) {
  return (
    <TextField
      split
      mono
      id="names"
      name="names"
      rows={4}
      spellCheck={false}
      autoCapitalize="none"
      placeholder="hub.example.org"
      label={words.names}
      labelNote={words.optional}
      help={words.namesHelp}
      error={error}
      defaultValue={value}
    />
  );
}

/** A CSR as text. */
export function Paste({
  words,
  value,
  error,
}: {
  words: Pick<WizardWords, 'csr' | 'csrHelp'>;
  value: string | undefined;
  error: string | undefined;
}) {
  return (
    <TextField
      split
      first
      mono
      id="csr"
      name="csr"
      rows={9}
      spellCheck={false}
      autoCapitalize="none"
      placeholder="-----BEGIN CERTIFICATE REQUEST-----"
      label={words.csr}
      help={words.csrHelp}
      error={error}
      defaultValue={value}
    />
  );
}

/** A file input takes dropped files by itself: it only has to be large enough to aim at. */
export function Upload({
  words,
  error,
}: {
  words: Pick<WizardWords, 'file' | 'fileHelp' | 'fileDrop'>;
  error: string | undefined;
}) {
  return (
    <FieldFrame split first id="csr" label={words.file} help={words.fileHelp} error={error}>
      <input
        id="csr"
        className="drop"
        type="file"
        name="csrFile"
        accept=".csr,.pem,.der,.p10,.req,application/pkcs10,application/x-pem-file"
        aria-describedby={error ? 'csr-help csr-error' : 'csr-help'}
        aria-invalid={error ? true : undefined}
      />
      <p className="help-after">{words.fileDrop}</p>
    </FieldFrame>
  );
}
