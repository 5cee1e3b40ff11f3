'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState, type FormEvent } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { Button } from '../ui/button';
import { Callout } from '../ui/callout';
import { Field, FieldFrame, SelectField } from '../ui/field';
import { Icon } from '../ui/icon';
import { State } from '../ui/state';
import { publicDigest } from './browser-key';
import { decryptKey } from './encrypted-key';
import { findKey } from './key-store';
import { buildP12InWorker } from './p12-in-worker';
import { p12Name } from './p12-name';
import { passphraseProblem } from './passphrase';
import type { PickUpWords } from './pick-up-words';
import { saveFile } from './save-file';

/** Takes a form with the request's `id`. */
export type FetchedAction = (state: ActionState<null>, form: FormData) => Promise<ActionState<null>>;

export type PickUpFacts = {
  id: string;
  spkiSha256: string;
  commonName: string;
  /** Leaf first, each PEM. */
  chainPem: string;
  form: 'modern' | 'legacy';
};

/** Joins key and certificate into one file on this machine; neither key nor passphrase is sent anywhere. */
export function PickUp({
  facts,
  fetched,
  words,
}: {
  facts: PickUpFacts;
  /** Tells the portal that the file was made; nothing of it is sent. */
  fetched: FetchedAction;
  words: PickUpWords;
}) {
  const router = useRouter();
  const [kept, setKept] = useState<{ pem: string | null } | 'looking'>('looking');
  const [backup, setBackup] = useState('');
  const [wrong, setWrong] = useState<{ field: 'backup' | 'passphrase' | 'file'; message: string } | null>(
    null,
  );
  const [state, setState] = useState<'idle' | 'working' | 'done'>('idle');
  useEffect(() => {
    findKey(facts.spkiSha256).then(
      (key) => setKept({ pem: key?.pem ?? null }),
      () => setKept({ pem: null }),
    );
  }, [facts.spkiSha256]);

  const fileName = p12Name(facts.commonName);

  async function make(pem: string, passphrase: string, form: PickUpFacts['form']): Promise<typeof wrong> {
    let pkcs8;
    try {
      pkcs8 = await decryptKey(pem, passphrase);
    } catch {
      return { field: 'backup', message: words.notAKey };
    }
    if (pkcs8 === null) return { field: 'passphrase', message: words.wrongPassphrase };
    if (passphraseProblem(passphrase) === 'ascii') return { field: 'passphrase', message: words.asciiOnly };
    if ((await publicDigest(pkcs8)) !== facts.spkiSha256) return { field: 'backup', message: words.otherKey };
    try {
      const file = await buildP12InWorker({
        privateKeyPkcs8: pkcs8,
        chain: certificatesOf(facts.chainPem),
        friendlyName: facts.commonName,
        passphrase,
        form,
      });
      saveFile(fileName, 'application/x-pkcs12', file.slice().buffer);
      return null;
    } catch (thrown) {
      console.error(thrown); // in the words of a library: for whoever looks into it
      return { field: 'file', message: words.failed };
    }
  }

  /** The page's steps follow. Where that fails they are behind, and nothing else. */
  function tell() {
    const form = new FormData();
    form.set('id', facts.id);
    fetched({ ok: null }, form).then(
      () => router.refresh(),
      () => undefined,
    );
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const elements = event.currentTarget.elements;
    const read = (id: string) =>
      (elements.namedItem(id) as HTMLInputElement | HTMLSelectElement | null)?.value ?? '';
    const pem = (kept === 'looking' ? null : kept.pem) ?? backup;
    setState('working');
    setWrong(null);
    void make(pem, read('pickup-passphrase'), read('pickup-form') === 'legacy' ? 'legacy' : 'modern').then(
      (problem) => {
        setWrong(problem);
        setState(problem ? 'idle' : 'done');
        if (problem === null) tell();
      },
    );
  }

  if (kept === 'looking') return <p className="meta">{words.looking}</p>;
  return (
    <form className="stack" onSubmit={submit}>
      <p className="small">
        <State kind={kept.pem === null ? 'warn' : 'ok'} wrap>
          {kept.pem === null ? words.missing : words.found}
        </State>
      </p>
      {kept.pem === null ? (
        <FieldFrame
          id="pickup-backup"
          label={words.backup}
          help={words.backupHelp}
          error={errorOf(wrong, 'backup')}
        >
          <input
            id="pickup-backup"
            className="drop"
            type="file"
            accept=".pem"
            aria-describedby="pickup-backup-help"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file && file.size < 64 * 1024) void file.text().then(setBackup);
            }}
          />
        </FieldFrame>
      ) : null}
      <Field
        id="pickup-passphrase"
        type="password"
        autoComplete="current-password"
        label={words.passphrase}
        help={words.passphraseHelp}
        error={errorOf(wrong, 'passphrase')}
      />
      <SelectField id="pickup-form" label={words.form} help={words.formHelp} defaultValue={facts.form}>
        <option value="modern">{words.modern}</option>
        <option value="legacy">{words.legacy}</option>
      </SelectField>
      <p className="actions">
        <Button look="primary" type="submit" aria-disabled={state === 'working'}>
          <Icon name="down" />
          {state === 'working' ? words.working : words.make.replace('{file}', fileName)}
        </Button>
      </p>
      <div role="status">
        {state === 'done' ? (
          <Callout kind="ok">
            <p>{words.done}</p>
          </Callout>
        ) : null}
        {wrong?.field === 'file' ? (
          <Callout kind="bad">
            <p>{wrong.message}</p>
          </Callout>
        ) : null}
      </div>
    </form>
  );
}

function errorOf(wrong: { field: string; message: string } | null, field: string): string | undefined {
  return wrong?.field === field ? wrong.message : undefined;
}

function certificatesOf(pem: string): Uint8Array[] {
  return [...pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/gu)].map(([, body = '']) =>
    Uint8Array.from(atob(body.replace(/\s/gu, '')), (character) => character.charCodeAt(0)),
  );
}
