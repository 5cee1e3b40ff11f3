'use client';

import { startTransition, useState, type FormEvent } from 'react';

import type { Local } from './wizard-input';

/**
 * A form that the browser looks at and completes before it is sent. Where `prepare` finds something
 * wrong, nothing is sent and the field gets the focus.
 */
export function usePreparedForm(
  prepare: (form: FormData) => Promise<Local>,
  send: (form: FormData) => void,
): { local: Local; working: boolean; submit: (event: FormEvent<HTMLFormElement>) => void } {
  const [local, setLocal] = useState<Local>(null);
  const [working, setWorking] = useState(false);
  const [broken, setBroken] = useState<{ thrown: unknown } | null>(null);
  // As when the sending itself fails (the network is gone): app/error.tsx says so.
  if (broken !== null) throw broken.thrown;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget, (event.nativeEvent as SubmitEvent).submitter);
    setLocal(null);
    setWorking(true);
    void prepare(form).then(
      (wrong) => {
        setWorking(false);
        if (wrong) {
          setLocal(wrong);
          document.getElementById(wrong.field)?.focus();
          return;
        }
        startTransition(() => send(form));
      },
      (thrown: unknown) => setBroken({ thrown }),
    );
  }

  return { local, working, submit };
}
