import type { ReactNode } from 'react';

import { State } from './state';

export type Step = {
  key: string;
  title: ReactNode;
  state: 'done' | 'at' | 'todo';
  word: ReactNode;
  children: ReactNode;
};

/** The way, one column each; the step one stands at lies on a sheet. */
export function Steps({ label, steps }: { label: string; steps: readonly Step[] }) {
  return (
    <ol className="steps" aria-label={label}>
      {steps.map((step, index) => (
        <li
          key={step.key}
          className={step.state === 'at' ? 'step at' : 'step'}
          aria-current={step.state === 'at' ? 'step' : undefined}
        >
          <p className="step-no">
            <span>{index + 1}</span>
            {step.state === 'done' ? (
              <State kind="ok">{step.word}</State>
            ) : (
              <State kind="wait" icon={step.state === 'at' ? 'now' : 'todo'}>
                {step.word}
              </State>
            )}
          </p>
          <h2>{step.title}</h2>
          {step.children}
        </li>
      ))}
    </ol>
  );
}

/** A small trail above a wizard. */
export function Trail({
  label,
  done,
  steps,
  at,
}: {
  label: string;
  /** "done", for screen readers. */
  done: string;
  steps: readonly string[];
  /** Zero-based. */
  at: number;
}) {
  return (
    <ol className="trail" aria-label={label}>
      {steps.map((step, index) => (
        <li key={step} aria-current={index === at ? 'step' : undefined}>
          <span className="mono">{index + 1}</span>
          <span className="word">{step}</span>
          {index < at ? (
            <State kind="ok">
              <span className="vh">{done}</span>
            </State>
          ) : null}
        </li>
      ))}
    </ol>
  );
}
