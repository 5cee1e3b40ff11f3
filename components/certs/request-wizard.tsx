'use client';

import { lazy, useActionState, useEffect, useRef, useState, type ReactNode } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { probeTrust } from '../ca/trust-probe';
import { FormFailure } from './form-notices';
import { useBrowserKey } from './use-browser-key';
import { usePreparedForm } from './use-prepared-form';
import type { Way, WizardValue } from './wizard-state';
import type { WizardFacts, WizardWords } from './wizard-words';
import { csrOf, text, wrongCsr, type Local } from './wizard-input';
import { WizardForm } from './wizard-form';

// The steps after the form come with the first key: whoever reads the form does without.
const loadPreview = () => import('./wizard-preview');
const loadSent = () => import('./sent-view');
const WizardPreview = lazy(async () => ({ default: (await loadPreview()).WizardPreview }));
const SentView = lazy(async () => ({ default: (await loadSent()).SentView }));

type Action = (state: ActionState<WizardValue>, form: FormData) => Promise<ActionState<WizardValue>>;

/** Three steps in one place: fill in, look at what will be issued, sent. Paste and upload work without JavaScript. */
export function RequestWizard({
  way,
  server,
  action,
  words,
  facts,
  trustProof,
  ways,
  over = null,
  again = null,
}: {
  way: Way;
  /** For a machine: named by its host names, with a CSR that was made there. */
  server: boolean;
  action: Action;
  words: WizardWords;
  facts: WizardFacts;
  trustProof: string | null;
  /** The choice between the three ways; gone once the request is written. */
  ways: ReactNode;
  /** In the place of the form, where nothing may be sent any more; what was sent just now stays. */
  over?: ReactNode;
  /** A request whose place this one takes, and what is known from it. */
  again?: { id: string; values: Record<string, string> } | null;
}) {
  const [state, send, busy] = useActionState<ActionState<WizardValue>, FormData>(action, { ok: null });
  const [editing, setEditing] = useState(false);
  const [kept, setKept] = useState(true);
  const key = useBrowserKey();
  const top = useRef<HTMLDivElement>(null);

  const value = state.ok === true ? state.value : null;
  const sentId = value?.step === 'sent' ? value.id : null;
  useEffect(() => {
    if (state.ok === true) {
      setEditing(false);
      top.current?.focus();
    }
  }, [state]);
  const { tie } = key;
  const tied = useRef<string | null>(null);
  useEffect(() => {
    if (sentId === null || tied.current === sentId) return;
    tied.current = sentId;
    void tie(sentId);
  }, [sentId, tie]);

  async function prepare(form: FormData): Promise<Local> {
    // Before anything is sent: the pick-up secret is shown this once, by what must be there then.
    await Promise.all([loadPreview(), loadSent()]);
    if (form.get('intent') === 'send') {
      setKept(await key.keep());
      const trust = await probeTrust(facts.canaryUrl);
      if (trust.state === 'trusted' && trust.proof) form.set('trustProof', trust.proof);
      return null;
    }
    if (way === 'browser') return prepareKey(form);
    return wrongCsr(form, words);
  }

  async function prepareKey(form: FormData): Promise<Local> {
    const name = text(form, 'commonName').trim();
    if (name === '') return { field: 'commonName', message: words.nameMissing };
    return csrOf(form, name, key, words);
  }

  const { local, working, submit } = usePreparedForm(prepare, send);

  if (value?.step === 'sent') {
    return (
      <div ref={top} tabIndex={-1}>
        <SentView
          id={value.id}
          pickupSecret={value.pickupSecret}
          backup={key.backup()}
          kept={kept}
          left={value.left}
          words={words}
          siteUrl={facts.siteUrl}
        />
      </div>
    );
  }
  if (over !== null) return <>{over}</>;
  const failed = state.ok === false ? state : null;
  const previewing = value?.step === 'preview' && !editing;
  return (
    <div ref={top} tabIndex={-1}>
      {previewing ? null : ways}
      <form action={send} onSubmit={submit} noValidate>
        <input type="hidden" name="way" value={way} />
        <input type="hidden" name="profile" value={server ? 'server' : 'user'} />
        {trustProof ? <input type="hidden" name="trustProof" value={trustProof} /> : null}
        {again ? <input type="hidden" name="again" value={again.id} /> : null}
        {failed ? <FormFailure title={failed.title} text={failed.advice || failed.message} /> : null}
        <fieldset hidden={previewing} disabled={previewing}>
          <WizardForm
            way={way}
            here={again ? `/certs/new?again=${again.id}` : '/certs/new'}
            server={server}
            words={words}
            facts={facts}
            values={failed?.values ?? (value?.step === 'preview' ? value.carried : (again?.values ?? {}))}
            wrong={local ?? (failed?.field ? { field: failed.field, message: failed.message } : null)}
            keyFacts={key.facts}
            busy={busy || working}
          />
        </fieldset>
        {previewing ? (
          <WizardPreview
            value={value}
            words={words}
            locale={facts.locale}
            busy={busy || working}
            onEdit={() => {
              setEditing(true);
              top.current?.focus();
            }}
          />
        ) : null}
      </form>
    </div>
  );
}
