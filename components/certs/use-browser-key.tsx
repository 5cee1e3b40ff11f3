'use client';

import { useRef, useState } from 'react';

import type { BrowserKey, KeyChoice } from './browser-key';

/** What the page shows of the key: never the key itself. */
export type KeyFacts = { spkiSha256: string; choice: KeyChoice };

/**
 * The key of this wizard: made once per choice, encrypted under the passphrase, kept in the browser
 * before anything is sent.
 */
export function useBrowserKey() {
  const held = useRef<BrowserKey | null>(null);
  const sealed = useRef<{ spkiSha256: string; pem: string; commonName: string } | null>(null);
  const [facts, setFacts] = useState<KeyFacts | null>(null);

  /** Makes the CSR, and the key if there is none of this kind yet. Returns PEM. */
  async function csrFor(commonName: string, choice: KeyChoice, passphrase: string): Promise<string> {
    // Here and below, what only a key needs comes with the first one: whoever reads the form does without.
    const { makeKey } = await import('./browser-key');
    const { encryptKey } = await import('./encrypted-key');
    if (held.current?.choice !== choice) held.current = await makeKey(choice);
    const key = held.current;
    sealed.current = { spkiSha256: key.spkiSha256, pem: await encryptKey(key.pkcs8, passphrase), commonName };
    setFacts({ spkiSha256: key.spkiSha256, choice });
    const { buildCsr } = await import('#lib/x509/csr-build');
    const csr = await buildCsr({
      commonName,
      keyPair: key.pair,
      algorithm: choice === 'p-256' ? 'P-256' : 'RSA 3072',
    });
    const lines = btoa(String.fromCharCode(...csr)).match(/.{1,64}/gu) ?? [];
    return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
  }

  /** Keeps the encrypted key in this browser. @returns false where the browser keeps nothing */
  async function keep(): Promise<boolean> {
    if (!sealed.current) return true;
    try {
      const { keepKey } = await import('./key-store');
      await keepKey({
        ...sealed.current,
        madeAt: new Date().toISOString(),
        requestId: null,
        backedUp: false,
      });
      return true;
    } catch {
      return false;
    }
  }

  /** Ties the kept key to the request it was made for. */
  async function tie(requestId: string): Promise<void> {
    if (!sealed.current) return;
    const { noteKey } = await import('./key-store');
    await noteKey(sealed.current.spkiSha256, { requestId }).catch(() => undefined);
  }

  return { facts, csrFor, keep, tie, backup: () => sealed.current };
}
