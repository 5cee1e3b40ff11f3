'use client';

import { useActionState, useEffect, useRef, useState, type ReactNode } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { FormFailure, NeedsScript } from './form-notices';
import { PassphraseField } from './passphrase-field';
import type { RenewWords } from './renew-words';
import { SentView } from './sent-view';
import { useBrowserKey } from './use-browser-key';
import { usePreparedForm } from './use-prepared-form';
import { csrOf, valueOf, wrongCsr, type Local } from './wizard-input';
import { Paste, Upload } from './wizard-form';
import type { Way } from './wizard-state';

/** What the server action of a renewal answers. */
export type RenewValue = { id: string; pickupSecret: string; automatic: boolean };

type Props = {
  way: Way;
  action: (state: ActionState<RenewValue>, form: FormData) => Promise<ActionState<RenewValue>>;
  /** The certificate that is renewed: sent along, so that it is never another one. */
  serial: string;
  commonName: string;
  /** Whether somebody decides, who might want to be told something. */
  note: boolean;
  siteUrl: string;
  words: RenewWords;
  /** The choice between the ways; gone once it is sent. */
  ways: ReactNode;
};

/** One button: the browser makes the key, nothing has to be typed. Paste and upload work without JavaScript. */
export function RenewWizard({ way, action, serial, commonName, note, siteUrl, words, ways }: Props) {
  const [state, send, busy] = useActionState<ActionState<RenewValue>, FormData>(action, { ok: null });
  const [kept, setKept] = useState(true);
  const [phrase, setPhrase] = useState('');
  const key = useBrowserKey();
  const top = useRef<HTMLDivElement>(null);
  const { tie } = key;
  const sentId = state.ok === true ? state.value.id : null;
  useEffect(() => {
    if (sentId === null) return;
    top.current?.focus();
    void tie(sentId);
  }, [sentId, tie]);

  async function prepare(form: FormData): Promise<Local> {
    if (way !== 'browser') return wrongCsr(form, words);
    setPhrase(valueOf('passphrase'));
    const wrong = await csrOf(form, commonName, key, words);
    if (wrong === null) setKept(await key.keep());
    return wrong;
  }

  const { local, working, submit } = usePreparedForm(prepare, send);

  if (state.ok === true) {
    const { id, pickupSecret, automatic } = state.value;
    return (
      <div ref={top} tabIndex={-1}>
        <SentView
          id={id}
          pickupSecret={pickupSecret}
          backup={key.backup()}
          kept={kept}
          phrase={phrase}
          words={{ ...words, sentLede: automatic ? words.sentNow : words.sentWaits }}
          siteUrl={siteUrl}
        />
      </div>
    );
  }
  const failed = state.ok === false ? state : null;
  const wrong = local ?? (failed?.field ? { field: failed.field, message: failed.message } : null);
  const error = (...fields: string[]) => (wrong && fields.includes(wrong.field) ? wrong.message : undefined);
  const waiting = busy || working;
  return (
    <div ref={top} tabIndex={-1}>
      <form action={send} onSubmit={submit} noValidate>
        <input type="hidden" name="serial" value={serial} />
        <input type="hidden" name="way" value={way} />
        {failed ? <FormFailure title={failed.title} text={failed.advice || failed.message} /> : null}
        {way === 'browser' ? (
          <>
            <NeedsScript text={words.noScript} />
            <PassphraseField made first words={words} error={error('passphrase', 'key')} />
          </>
        ) : null}
        {way === 'paste' ? <Paste words={words} value={failed?.values['csr']} error={error('csr')} /> : null}
        {way === 'upload' ? <Upload words={words} error={error('csr')} /> : null}
        {note ? (
          <Field
            split
            id="note"
            name="note"
            maxLength={500}
            label={words.note}
            labelNote={words.optional}
            help={words.noteHelp}
            error={error('note')}
            defaultValue={failed?.values['note']}
          />
        ) : null}
        <div className="actions section-actions">
          <Button look="primary" type="submit" aria-disabled={waiting}>
            {waiting ? words.working : words.submit}
          </Button>
        </div>
      </form>
      <div className="section">{ways}</div>
    </div>
  );
}
