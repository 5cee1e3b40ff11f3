'use client';

import { useActionState, useEffect, useRef, type ReactNode } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { Button, LinkButton } from '../ui/button';
import { Callout } from '../ui/callout';
import { Icon } from '../ui/icon';
import { filled } from '../ui/words-of';
import { FormFailure } from './form-notices';

export type RevokeCase = 'lost' | 'exposed' | 'replaced' | 'unused';

/** What the server action answers. */
export type RevokeValue =
  | { step: 'confirm'; serials: string[]; along: string[]; why: RevokeCase }
  | { step: 'done'; revoked: { serial: string; name: string }[]; why: RevokeCase };

/** A certificate to choose: the person's name for the device, and what tells it from the others. */
export type RevokeChoice = { serial: string; name: string; facts: ReactNode };

export type OwnRevokeWords = Record<
  | 'which'
  | 'why'
  | 'continue'
  | 'waiting'
  | 'confirmTitle'
  | 'confirmText'
  | 'submitOne'
  | 'submitMany'
  | 'alongText'
  | 'keyText'
  | 'back'
  | 'doneTitle'
  | 'doneText'
  | 'doneKey'
  | 'newCertificate'
  | 'toList',
  string
> & {
  cases: { value: RevokeCase; title: string; text: string }[];
};

type Action = (state: ActionState<RevokeValue>, form: FormData) => Promise<ActionState<RevokeValue>>;

/** Which certificates, why, and then the question whether that is meant. Works without JavaScript. */
export function OwnRevoke({
  action,
  nothing,
  choices,
  preset,
  here,
  words,
}: {
  action: Action;
  /** In place of the form where there is nothing to choose. */
  nothing: ReactNode;
  choices: RevokeChoice[];
  /** Ticked when the page is opened. */
  preset: string[];
  /** The page's own address, to begin anew. */
  here: string;
  words: OwnRevokeWords;
}) {
  const [state, send, busy] = useActionState<ActionState<RevokeValue>, FormData>(action, { ok: null });
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (state.ok !== null) top.current?.focus();
  }, [state]);
  const value = state.ok === true ? state.value : null;
  const named = (serials: readonly string[]) => choices.filter(({ serial }) => serials.includes(serial));
  return (
    <div ref={top} tabIndex={-1}>
      {state.ok === false ? (
        <FormFailure
          title={state.title}
          text={state.code === 'http.invalid' ? state.message : state.advice || state.message}
        />
      ) : null}
      {value?.step === 'done' ? (
        <Done value={value} words={words} />
      ) : choices.length === 0 ? (
        nothing
      ) : (
        <form action={send}>
          {value?.step === 'confirm' ? (
            <Confirm
              value={value}
              chosen={named(value.serials)}
              along={named(value.along)}
              here={here}
              busy={busy}
              words={words}
            />
          ) : (
            <Choose
              choices={choices}
              preset={preset}
              why={state.ok === false ? state.values['why'] : undefined}
              busy={busy}
              words={words}
            />
          )}
        </form>
      )}
    </div>
  );
}

function Choose({
  choices,
  preset,
  why,
  busy,
  words,
}: {
  choices: RevokeChoice[];
  preset: string[];
  why: string | undefined;
  busy: boolean;
  words: OwnRevokeWords;
}) {
  return (
    <div className="stack">
      <fieldset>
        <legend className="legend">{words.which}</legend>
        <div className="opts">
          {choices.map(({ serial, name, facts }) => (
            <label key={serial} className="opt">
              <input
                type="checkbox"
                name="serial"
                value={serial}
                defaultChecked={preset.includes(serial) || choices.length === 1}
              />
              <span>
                <b>{name}</b>
                {facts}
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend className="legend">{words.why}</legend>
        <div className="opts">
          {words.cases.map(({ value, title, text }) => (
            <label key={value} className="opt">
              <input type="radio" name="why" value={value} defaultChecked={value === why} required />
              <span>
                <b>{title}</b>
                <span>{text}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <p className="actions">
        <Button look="primary" type="submit" name="step" value="choose" aria-disabled={busy}>
          {busy ? words.waiting : words.continue}
        </Button>
      </p>
    </div>
  );
}

function Confirm({
  value,
  chosen,
  along,
  here,
  busy,
  words,
}: {
  value: Extract<RevokeValue, { step: 'confirm' }>;
  chosen: RevokeChoice[];
  along: RevokeChoice[];
  here: string;
  busy: boolean;
  words: OwnRevokeWords;
}) {
  const n = chosen.length + along.length;
  return (
    <section className="stack" aria-labelledby="confirm">
      <div className="section-head">
        <h2 id="confirm">{words.confirmTitle}</h2>
      </div>
      <ul className="picked">
        {[...chosen, ...along].map(({ serial, name, facts }) => (
          <li key={serial}>
            <Icon name="bad" />
            <span>
              <b>{name}</b>
              {facts}
            </span>
          </li>
        ))}
      </ul>
      {chosen.map(({ serial }) => (
        <input key={serial} type="hidden" name="serial" value={serial} />
      ))}
      <input type="hidden" name="why" value={value.why} />
      <Callout kind="warn">
        <p>{words.confirmText}</p>
        {along.length > 0 ? <p>{words.alongText}</p> : null}
        {isAboutKey(value.why) ? <p>{words.keyText}</p> : null}
      </Callout>
      <p className="actions">
        <Button look="primary" type="submit" name="step" value="confirm" aria-disabled={busy}>
          {busy ? words.waiting : filled(n === 1 ? words.submitOne : words.submitMany, { n })}
        </Button>
        <LinkButton href={here}>{words.back}</LinkButton>
      </p>
    </section>
  );
}

function Done({ value, words }: { value: Extract<RevokeValue, { step: 'done' }>; words: OwnRevokeWords }) {
  return (
    <section className="stack" aria-labelledby="done" role="status">
      <div className="section-head">
        <h2 id="done">{words.doneTitle}</h2>
      </div>
      <ul className="picked">
        {value.revoked.map(({ serial, name }) => (
          <li key={serial}>
            <Icon name="ok" />
            <span>
              <b>{name}</b>
              <span className="mono break">{(serial.match(/.{1,4}/gu) ?? []).join(' ')}</span>
            </span>
          </li>
        ))}
      </ul>
      <p>{words.doneText}</p>
      {isAboutKey(value.why) ? <p>{words.doneKey}</p> : null}
      <p className="actions">
        <LinkButton look="primary" href="/certs/new">
          {words.newCertificate}
        </LinkButton>
        <LinkButton look="quiet" href="/certs">
          {words.toList}
        </LinkButton>
      </p>
    </section>
  );
}

const isAboutKey = (why: RevokeCase): boolean => why === 'lost' || why === 'exposed';
