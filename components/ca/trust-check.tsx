'use client';

import { useCallback, useEffect, useState } from 'react';

import { State } from '../ui/state';
import { probeTrust, type TrustAnswer } from './trust-probe';

const AGAIN_MS = 5000;

export type TrustCheckWords = Record<
  | 'asking'
  | 'askingText'
  | 'trusted'
  | 'trustedText'
  | 'untrusted'
  | 'untrustedText'
  | 'unresolved'
  | 'unresolvedText'
  | 'unknown'
  | 'unknownText'
  | 'now'
  | 'next',
  string
>;

/** The live answer to "is the CA trusted here?", asked again until it is yes. */
export function TrustCheck({
  canaryUrl,
  words,
  nextHref,
}: {
  canaryUrl: string;
  words: TrustCheckWords;
  nextHref: string;
}) {
  const [state, setState] = useState<TrustAnswer['state'] | 'asking'>('asking');
  const ask = useCallback(
    () => void probeTrust(canaryUrl).then((answer) => setState(answer.state)),
    [canaryUrl],
  );
  useEffect(() => {
    ask();
  }, [ask]);
  useEffect(() => {
    if (state === 'trusted' || state === 'asking') return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') ask();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [state, ask]);

  const kind = (
    { asking: 'wait', trusted: 'ok', untrusted: 'warn', unresolved: 'off', unknown: 'off' } as const
  )[state];
  return (
    <div className={`check needs-script is-${kind}`} role="status">
      <State kind={kind}>{words[state]}</State>
      <p>{words[`${state}Text`]}</p>
      {state === 'trusted' ? (
        <a className="btn btn-small" href={nextHref}>
          {words.next}
        </a>
      ) : (
        <button type="button" className="btn btn-small" onClick={ask}>
          {words.now}
        </button>
      )}
    </div>
  );
}
