'use client';

import { useEffect, useRef } from 'react';

import { Button } from '#components/ui/button';

export type KeyLine = { keys: string[]; text: string };

/** Typing in a field, or a key with Ctrl, Alt or Meta, is never a command. */
function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true;
  return target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio';
}

function rows(): HTMLTableRowElement[] {
  return [...document.querySelectorAll<HTMLTableRowElement>('tr[data-request]')];
}

function box(row: HTMLTableRowElement | undefined): HTMLInputElement | null {
  return row?.querySelector<HTMLInputElement>('input[name="id"]') ?? null;
}

/** Keeps the row's look, the counter and the button's words in step with the ticked boxes. */
function showSelection(words: QueueWords): void {
  const boxes = [...document.querySelectorAll<HTMLInputElement>('input[name="id"]')];
  const ticked = boxes.filter((one) => one.checked).length;
  for (const one of boxes) one.closest('tr')?.setAttribute('aria-selected', String(one.checked));
  const all = document.querySelector<HTMLInputElement>('#all');
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  const count = document.querySelector('[data-selection]');
  if (count) {
    count.textContent =
      ticked === 0
        ? words.help
        : words.count.replace('{n}', String(ticked)).replace('{total}', String(boxes.length));
  }
  const approve = document.querySelector<HTMLButtonElement>('[data-approve-many]');
  if (approve) {
    approve.textContent =
      ticked === 0
        ? words.approveSelected
        : (ticked === 1 ? words.approveOne : words.approveMany).replace('#', String(ticked));
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-needs-selection]')) {
    button.setAttribute('aria-disabled', String(ticked === 0));
  }
}

export type QueueWords = {
  count: string;
  help: string;
  approveSelected: string;
  approveOne: string;
  approveMany: string;
};

/**
 * The keyboard of the queue: j k move, x selects, a approves, r rejects, q asks, Enter opens,
 * / searches, ? lists the keys. Everything it does is a link or a button of the page; without
 * JavaScript those remain.
 */
export function QueueKeys({
  title,
  close,
  lines,
  words,
}: {
  title: string;
  close: string;
  lines: KeyLine[];
  words: QueueWords;
}) {
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    let at = -1;

    function go(to: number): void {
      const all = rows();
      if (all.length === 0) return;
      all[at]?.classList.remove('at');
      at = Math.max(0, Math.min(all.length - 1, to));
      const row = all[at];
      row?.classList.add('at');
      row?.querySelector<HTMLAnchorElement>('a.cn')?.focus({ preventScroll: true });
      row?.scrollIntoView({ block: 'nearest' });
    }

    function open(hash: string): void {
      const link = rows()[at]?.querySelector<HTMLAnchorElement>('a.cn');
      if (link) window.location.assign(link.href.split('#')[0] + hash);
    }

    function press(selector: string): void {
      document.querySelector<HTMLButtonElement>(selector)?.click();
    }

    /** Runs `many` if something is ticked; otherwise on the row alone, if it may be ticked. */
    function act(selector: string, hash: string, alone: boolean): void {
      if (document.querySelector('input[name="id"]:checked')) return press(selector);
      const own = box(rows()[at]);
      if (!own || !alone) return open(hash);
      own.checked = true;
      showSelection(words);
      press(selector);
    }

    function onKey(event: KeyboardEvent): void {
      if (isTyping(event) || dialog.current?.open) return;
      const commands: Record<string, () => void> = {
        j: () => go(at + 1),
        k: () => go(at < 0 ? 0 : at - 1),
        x: () => {
          const own = box(rows()[at]);
          if (own) own.checked = !own.checked;
          showSelection(words);
        },
        '*': () => press('#all'),
        a: () => act('[data-approve-many]', '#approve', true),
        r: () => act('[data-reject-many]', '#reject', false),
        q: () => act('[data-ask-many]', '#ask', false),
        Enter: () => {
          if (event.target === document.body) open('');
        },
        '/': () => document.querySelector<HTMLInputElement>('#q')?.focus(),
        '?': () => dialog.current?.showModal(),
      };
      const command = commands[event.key];
      if (!command) return;
      if (event.key !== 'Enter') event.preventDefault();
      command();
    }

    function onChange(event: Event): void {
      const target = event.target;
      if (!(target instanceof HTMLInputElement) || target.type !== 'checkbox') return;
      if (target.id === 'all') {
        for (const one of document.querySelectorAll<HTMLInputElement>('input[name="id"]'))
          one.checked = target.checked;
      }
      if (target.id === 'all' || target.name === 'id') showSelection(words);
    }

    /** A click on a button that needs a selection, with none, does nothing but say so. */
    function onClick(event: MouseEvent): void {
      const button = event.target instanceof Element ? event.target.closest('[data-needs-selection]') : null;
      if (button?.getAttribute('aria-disabled') === 'true') event.preventDefault();
    }

    function onFocus(event: FocusEvent): void {
      const row = event.target instanceof Element ? event.target.closest('tr[data-request]') : null;
      const index = row ? rows().indexOf(row as HTMLTableRowElement) : -1;
      if (index < 0 || index === at) return;
      rows()[at]?.classList.remove('at');
      at = index;
      row?.classList.add('at');
    }

    showSelection(words);
    document.addEventListener('keydown', onKey);
    document.addEventListener('change', onChange);
    document.addEventListener('click', onClick, true);
    document.addEventListener('focusin', onFocus);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('change', onChange);
      document.removeEventListener('click', onClick, true);
      document.removeEventListener('focusin', onFocus);
    };
  }, [words]);

  return <KeyDialog ref={dialog} title={title} close={close} lines={lines} />;
}

/** The list of keys, shown by `?`. */
export function KeyDialog({
  ref,
  title,
  close,
  lines,
}: {
  ref: React.RefObject<HTMLDialogElement | null>;
  title: string;
  close: string;
  lines: KeyLine[];
}) {
  return (
    <dialog ref={ref} className="dialog keys-dialog" aria-labelledby="keys-title">
      <h2 id="keys-title">{title}</h2>
      <dl className="kv">
        {lines.map((line) => (
          <div key={line.text} className="kv-row">
            <dt>
              {line.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{line.text}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" className="actions">
        <Button type="submit">{close}</Button>
      </form>
    </dialog>
  );
}
