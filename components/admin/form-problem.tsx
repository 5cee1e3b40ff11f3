'use client';

import { useEffect, useRef } from 'react';

import { Icon } from '#components/ui/icon';

import type { FormState } from './form-state';

/** Why a form was refused, above it, announced and focused; nothing while all is well. */
export function FormProblem({ state }: { state: FormState }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (state.ok === false) box.current?.focus();
  }, [state]);
  if (state.ok !== false) return null;
  return (
    <div ref={box} className="callout is-bad" role="alert" tabIndex={-1}>
      <Icon name="bad" />
      <div>
        <p>
          <b>{state.title}</b>
        </p>
        {state.message !== state.title ? <p>{state.message}</p> : null}
        {state.advice ? <p>{state.advice}</p> : null}
      </div>
    </div>
  );
}
