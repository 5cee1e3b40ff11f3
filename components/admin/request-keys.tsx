'use client';

import { useEffect, useRef } from 'react';

import { KeyDialog, type KeyLine } from './queue-keys';

const FIELDS = new Set(['TEXTAREA', 'SELECT']);

/** Ticks a choice of the decision form and puts the focus where the next key belongs. */
function choose(value: string): boolean {
  const radio = document.querySelector<HTMLInputElement>(`input[name="decision"][value="${value}"]`);
  if (!radio) return false;
  radio.checked = true;
  radio.dispatchEvent(new Event('change', { bubbles: true }));
  const field = document.querySelector<HTMLElement>(`[data-for="${value}"]`);
  (field ?? radio).focus();
  field?.scrollIntoView({ block: 'nearest' });
  return true;
}

/**
 * The keyboard of one request: a, r, q choose a decision (nothing is sent before Enter on the
 * button), e goes to the account name, j to the next flagged request, Escape back to the queue.
 */
export function RequestKeys({
  title,
  close,
  lines,
  next,
  back,
}: {
  title: string;
  close: string;
  lines: KeyLine[];
  next: string | null;
  back: string;
}) {
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    // A key of the queue that could not act there comes with its wish behind #.
    const wish = window.location.hash.slice(1);
    if (['approve', 'reject', 'ask'].includes(wish)) choose(wish);

    function onKey(event: KeyboardEvent): void {
      const target = event.target;
      if (event.ctrlKey || event.altKey || event.metaKey || dialog.current?.open) return;
      if (!(target instanceof HTMLElement)) return;
      const typing =
        FIELDS.has(target.tagName) ||
        (target instanceof HTMLInputElement && target.type !== 'radio' && target.type !== 'checkbox');
      if (event.key === 'Escape') return typing ? target.blur() : window.location.assign(back);
      if (typing) return;
      const commands: Record<string, () => unknown> = {
        a: () => choose('approve') || choose('takeover'),
        r: () => choose('reject'),
        q: () => choose('ask'),
        e: () => document.querySelector<HTMLInputElement>('#account')?.focus(),
        j: () => next && window.location.assign(next),
        '?': () => dialog.current?.showModal(),
      };
      const command = commands[event.key];
      if (!command) return;
      event.preventDefault();
      command();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [next, back]);

  return <KeyDialog ref={dialog} title={title} close={close} lines={lines} />;
}
