'use client';

import { useEffect, useState } from 'react';

import { Icon } from './icon';

/**
 * Copies a text. Without JavaScript, or where the browser has no clipboard (plain http), it does not
 * appear: the text beside it can be selected.
 */
export function CopyButton({
  text,
  label,
  copied,
  about,
}: {
  text: string;
  label: string;
  copied: string;
  about: string;
}) {
  const [state, setState] = useState<'absent' | 'ready' | 'copied'>('absent');
  useEffect(() => {
    if (typeof navigator.clipboard?.writeText === 'function') setState('ready');
  }, []);
  useEffect(() => {
    if (state !== 'copied') return;
    const timer = setTimeout(() => setState('ready'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  if (state === 'absent') return null;
  return (
    <button
      type="button"
      className="btn btn-small"
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => setState('copied'));
      }}
    >
      <Icon name={state === 'copied' ? 'ok' : 'copy'} />
      <span aria-live="polite">{state === 'copied' ? copied : label}</span>
      <span className="vh"> {about}</span>
    </button>
  );
}
