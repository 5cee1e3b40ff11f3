import { startTransition, useState } from 'react';

import type { TouchQuestion } from '#lib/identity/touch-answer';
import type { TouchWish } from '#lib/requests/begin-touch';

import { IDLE, type FormAction, type FormState } from '../admin/form-state';
import { askTouch } from './browser-passkey';
import { problemOf, type TroubleWords } from './passkey-problem';

/** How a form asks for a touch before it is sent. */
export type TouchAsking<Question extends TouchQuestion = TouchWish> = {
  /** Makes ready on the server what the touch is for. */
  begin: FormAction<Question>;
  trouble: TroubleWords;
  /** While the browser waits for the passkey. */
  waiting: string;
  /** In the place of the button where there are no scripts. */
  noScript: string;
};

/**
 * The touch of a form: its data goes to the server, which answers with what is to be touched for; then
 * the same data goes on, with the touch in the field `touch`.
 */
export function useTouch<Question extends TouchQuestion>(
  asking: TouchAsking<Question> | null,
): Omit<PasskeyForm, 'sendAnswered'> & { sendTouched: PasskeyForm['sendAnswered'] } {
  const { sendAnswered, ...form } = usePasskeyForm(asking && { ...asking, field: 'touch', ask: askTouch });
  return { ...form, sendTouched: sendAnswered };
}

type PasskeyForm = {
  problem: FormState;
  waiting: boolean;
  sendAnswered: (data: FormData, send: (data: FormData) => void) => Promise<void>;
};

/**
 * A form for which the browser asks a passkey something: `begin` says what, `ask` has the browser do it,
 * and the answer goes on with the same data, as JSON in `field`.
 */
export function usePasskeyForm<Question>(
  asking: {
    begin: FormAction<Question>;
    trouble: TroubleWords;
    field: string;
    ask: (question: Question) => Promise<unknown>;
  } | null,
): PasskeyForm {
  const [problem, setProblem] = useState<FormState>(IDLE);
  const [waiting, setWaiting] = useState(false);

  async function sendAnswered(data: FormData, send: (data: FormData) => void): Promise<void> {
    if (asking === null || waiting) return;
    setWaiting(true);
    setProblem(IDLE);
    try {
      const begun = await asking.begin(IDLE, data);
      if (begun.ok !== true) {
        setProblem(begun);
        return;
      }
      data.set(asking.field, JSON.stringify(await asking.ask(begun.value)));
      startTransition(() => send(data));
    } catch (thrown) {
      setProblem(problemOf(thrown, asking.trouble));
    } finally {
      setWaiting(false);
    }
  }
  return { problem, waiting, sendAnswered };
}
