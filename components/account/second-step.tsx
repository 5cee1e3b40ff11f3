'use client';

import { useActionState } from 'react';

import { FormProblem } from '../admin/form-problem';
import { faultOf, IDLE, type FormAction } from '../admin/form-state';
import { Button, LinkButton } from '../ui/button';
import { Field } from '../ui/field';
import { PageHead } from '../ui/page-head';
import { RecoveryCodes, type RecoveryWords } from './recovery-codes';
import { TouchStep, type FactorTouchAsking } from './touch-step';
import { TotpSetup, type TotpPending, type TotpSetupWords } from './totp-setup';

export type SecondStepWords = RecoveryWords &
  TotpSetupWords &
  Record<
    | 'showTitle'
    | 'showLede'
    | 'showLedeTouch'
    | 'showLedeEither'
    | 'touchSubmit'
    | 'code'
    | 'showCodeHelp'
    | 'showSubmit'
    | 'enrolTitle'
    | 'enrolLede'
    | 'enrolCodeHelp'
    | 'enrolSubmit'
    | 'doneTitle'
    | 'doneLede'
    | 'goOn'
    | 'overTitle'
    | 'overLede'
    | 'again'
    | 'lost'
    | 'lostPasskey'
    | 'enrolHint',
    string
  >;

/**
 * Between the factors: asks for the second one, or sets it up. It stays in its place on the page when the
 * session has begun meanwhile, so that the recovery codes of the answer are shown without JavaScript, too.
 */
export function SecondStep({
  step,
  pending,
  has,
  asking,
  touch,
  show,
  enrol,
  words,
}: {
  /** `over`: nobody is half signed in here. */
  step: 'show' | 'enrol' | 'over';
  pending: TotpPending | null;
  /** What they may show. */
  has: { app: boolean; passkey: boolean };
  asking: FactorTouchAsking;
  touch: FormAction<never>;
  show: FormAction<never>;
  enrol: FormAction<{ recoveryCodes: string[]; next: string }>;
  words: SecondStepWords;
}) {
  const [shown, sendShown, showing] = useActionState(show, IDLE);
  const [enrolled, sendEnrolled, enrolling] = useActionState(enrol, IDLE);
  if (enrolled.ok === true) {
    return (
      <>
        <PageHead kind="ok" title={words.doneTitle} lede={words.doneLede} />
        <RecoveryCodes codes={enrolled.value.recoveryCodes} words={words} />
        <p className="actions">
          <LinkButton look="primary" href={enrolled.value.next}>
            {words.goOn}
          </LinkButton>
        </p>
      </>
    );
  }
  if (step === 'over') {
    return (
      <>
        <PageHead title={words.overTitle} lede={words.overLede} />
        <p className="actions">
          <LinkButton look="primary" href="/sign-in">
            {words.again}
          </LinkButton>
        </p>
      </>
    );
  }
  const enrols = step === 'enrol';
  const state = enrols ? enrolled : shown;
  const touches = !enrols && has.passkey;
  const coded = enrols || has.app;
  return (
    <>
      <PageHead
        title={enrols ? words.enrolTitle : words.showTitle}
        lede={enrols ? words.enrolLede : words[ledeOf(has)]}
      />
      {touches ? <TouchStep asking={asking} action={touch} submit={words.touchSubmit} /> : null}
      {coded ? (
        <form action={enrols ? sendEnrolled : sendShown} className="stack">
          <FormProblem state={state} />
          {enrols && pending ? <TotpSetup pending={pending} words={words} /> : null}
          <Field
            id="code"
            name="code"
            mono
            label={words.code}
            help={enrols ? words.enrolCodeHelp : words.showCodeHelp}
            autoComplete="one-time-code"
            inputMode={enrols ? 'numeric' : 'text'}
            autoCapitalize="characters"
            spellCheck={false}
            required
            maxLength={40}
            error={faultOf(state, 'code')}
          />
          <p className="actions">
            <Button
              type="submit"
              look={touches ? 'plain' : 'primary'}
              aria-disabled={showing || enrolling || undefined}
            >
              {enrols ? words.enrolSubmit : words.showSubmit}
            </Button>
          </p>
        </form>
      ) : null}
      <p className="meta">{enrols ? words.enrolHint : has.app ? words.lost : words.lostPasskey}</p>
    </>
  );
}

function ledeOf({ app, passkey }: { app: boolean; passkey: boolean }) {
  if (!passkey) return 'showLede';
  return app ? 'showLedeEither' : 'showLedeTouch';
}
