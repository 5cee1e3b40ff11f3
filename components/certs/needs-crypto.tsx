'use client';

import { useEffect, useState } from 'react';

import { Callout } from '../ui/callout';

/**
 * Browsers make keys on pages that came encrypted, or from this very machine. Elsewhere there is no
 * WebCrypto: the page says why before anything is typed, and leads to where there is.
 */
export function NeedsCrypto({ text, link, href }: { text: string; link: string; href: string }) {
  const [missing, setMissing] = useState(false);
  useEffect(() => setMissing(!isAble()), []);
  if (!missing) return null;
  return (
    <div className="form-error">
      <Callout kind="warn" alert>
        <p>
          {text} <a href={href}>{link}</a>
        </p>
      </Callout>
    </div>
  );
}

/** TypeScript believes that every browser has it everywhere. */
const isAble = (): boolean => (crypto as Partial<Crypto>).subtle !== undefined;
