'use client';

import { useCallback, useEffect, useState } from 'react';

import { probeTrust, type TrustAnswer } from '../ca/trust-probe';
import { State } from '#components/ui/state';

const AGAIN_MS = 10_000;

/** Whether this very browser trusts the root CA: asks the canary, again until it answers yes. */
export function RootStep({
  canaryUrl,
  words,
}: {
  canaryUrl: string;
  words: Record<'done' | 'todo' | 'checking' | 'unknown', string>;
}) {
  const [state, setState] = useState<TrustAnswer['state'] | 'checking'>('checking');
  const ask = useCallback(
    () => void probeTrust(canaryUrl).then((answer) => setState(answer.state)),
    [canaryUrl],
  );
  useEffect(() => {
    ask();
  }, [ask]);
  useEffect(() => {
    if (state === 'trusted') return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') ask();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [state, ask]);
  return (
    <span role="status" data-root={state}>
      {state === 'trusted' ? (
        <State kind="ok">{words.done}</State>
      ) : state === 'untrusted' ? (
        <State kind="warn" icon="todo">
          {words.todo}
        </State>
      ) : (
        <State kind="wait">{state === 'checking' ? words.checking : words.unknown}</State>
      )}
    </span>
  );
}
