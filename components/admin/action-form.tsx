'use client';

import { useActionState, type ReactNode } from 'react';

import { FormProblem } from './form-problem';
import { IDLE, type FormAction } from './form-state';

/** A form whose fields need nothing back when it is refused: only the reason is shown above it. */
export function ActionForm({
  action,
  className,
  label,
  children,
}: {
  action: FormAction;
  className?: string;
  label?: string;
  children: ReactNode;
}) {
  const [state, send] = useActionState(action, IDLE);
  return (
    <form action={send} className={className} aria-label={label}>
      <FormProblem state={state} />
      {children}
    </form>
  );
}
