import { Fragment, type ReactNode } from 'react';

/** A place in a catalogue sentence that an element fills: `t('home.checked', { when: slot('when') })`. */
export function slot(name: string): string {
  return `\uE000${name}\uE001`;
}

const PIECE = /(\*\*[^*]+\*\*|`[^`]+`|\uE000[^\uE001]+\uE001)/u;

/**
 * A catalogue sentence with emphasis and elements: `**bold**`, `` `mono` `` and slots. Markup in
 * values that came from people cannot do more than bold or monospaced text; it is never HTML.
 */
export function Words({ text, slots = {} }: { text: string; slots?: Record<string, ReactNode> }) {
  return text.split(PIECE).map((piece, index) => {
    const inner = piece.slice(1, -1);
    if (piece.startsWith('\uE000')) return <Fragment key={index}>{slots[inner]}</Fragment>;
    if (piece.startsWith('**')) return <b key={index}>{piece.slice(2, -2)}</b>;
    if (piece.startsWith('`') && piece.length > 2) {
      return (
        <span key={index} className="mono break">
          {inner}
        </span>
      );
    }
    return <Fragment key={index}>{piece}</Fragment>;
  });
}
