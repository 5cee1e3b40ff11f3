'use client';

import { useActionState } from 'react';

import { FormProblem } from '../admin/form-problem';
import { faultOf, IDLE, type FormAction, type FormState } from '../admin/form-state';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { SectionHead } from '../ui/section-head';
import { State } from '../ui/state';
import { RecoveryCodes, type RecoveryWords } from './recovery-codes';
import { TotpSetup, type TotpPending, type TotpSetupWords } from './totp-setup';

type Codes = { recoveryCodes: string[] };

export type SecondFactorWords = RecoveryWords &
  TotpSetupWords &
  Record<
    | 'title'
    | 'help'
    | 'on'
    | 'off'
    | 'offNeeded'
    | 'passkey'
    | 'setUp'
    | 'again'
    | 'code'
    | 'firstHelp'
    | 'confirm'
    | 'newCodes'
    | 'remove'
    | 'recoveryLeft',
    string
  >;

/** The authenticator app of somebody who is signed in: set it up, renew its recovery codes, remove it. */
export function SecondFactorSection({
  mayChange,
  state,
  pending,
  setUp,
  confirm,
  change,
  words,
}: {
  /** The person has just shown again what they have; otherwise this section only tells. */
  mayChange: boolean;
  state: { since: string | null; recovery: number; passkeys: number; needed: boolean };
  pending: TotpPending | null;
  setUp: (form: FormData) => Promise<void>;
  confirm: FormAction<Codes>;
  change: FormAction<Codes>;
  words: SecondFactorWords;
}) {
  const [confirmed, sendConfirmed] = useActionState(confirm, IDLE);
  const [changed, sendChanged] = useActionState(change, IDLE);
  // The page around is that of before until it is loaded again.
  const isOn = state.since !== null || confirmed.ok === true;
  const made = confirmed.ok === true ? confirmed : changed.ok === true ? changed : null;
  return (
    <section className="section" aria-labelledby="second">
      <SectionHead id="second" title={words.title} note={words.help} />
      <div className="narrow stack">
        <p>
          {!isOn && state.passkeys > 0 ? (
            <State kind="ok" wrap>
              {words.passkey}
            </State>
          ) : !isOn ? (
            <State kind={state.needed ? 'warn' : 'off'}>{state.needed ? words.offNeeded : words.off}</State>
          ) : (
            <State kind="ok">{words.on}</State>
          )}
        </p>
        {made?.ok === true ? <RecoveryCodes codes={made.value.recoveryCodes} words={words} /> : null}
        {state.since !== null ? (
          <form action={sendChanged} className="stack">
            <FormProblem state={changed} />
            <p className="meta">{words.recoveryLeft}</p>
            {mayChange ? (
              <p className="actions">
                <Button type="submit" name="do" value="codes">
                  {words.newCodes}
                </Button>
                <Button type="submit" look="quiet" name="do" value="remove">
                  {words.remove}
                </Button>
              </p>
            ) : null}
          </form>
        ) : !mayChange || isOn ? null : pending === null ? (
          <form action={setUp}>
            <Button type="submit">{words.setUp}</Button>
          </form>
        ) : (
          <>
            <form action={sendConfirmed} className="stack">
              <FormProblem state={confirmed} />
              <TotpSetup pending={pending} words={words} />
              <CodeField state={confirmed} label={words.code} help={words.firstHelp} />
              <p className="actions">
                <Button type="submit" look="primary">
                  {words.confirm}
                </Button>
              </p>
            </form>
            <form action={setUp}>
              <Button type="submit" look="quiet">
                {words.again}
              </Button>
            </form>
          </>
        )}
      </div>
    </section>
  );
}

function CodeField({ state, label, help }: { state: FormState; label: string; help: string }) {
  return (
    <Field
      id="code"
      name="code"
      mono
      label={label}
      help={help}
      autoComplete="one-time-code"
      autoCapitalize="characters"
      spellCheck={false}
      required
      maxLength={40}
      error={faultOf(state, 'code')}
    />
  );
}
