'use client';

import { useEffect } from 'react';

import { Button, LinkButton } from '#components/ui/button';
import { PageHead } from '#components/ui/page-head';

// The catalogue cannot be asked when the page that carries it failed; these sentences stand here.
const WORDS = {
  title: 'Something went wrong on our side',
  lede: 'It is not your doing, and nothing you sent is lost. Try again; if it stays, tell the help desk this number.',
  reference: 'Reference',
  again: 'Try again',
  start: 'Go to the start',
};

/** What nobody foresaw: plain words, a number for the help desk, a second try. */
export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  useEffect(() => {
    document.title = WORDS.title;
  }, []);
  return (
    <main id="main">
      <PageHead kind="bad" title={WORDS.title} lede={WORDS.lede} />
      {error.digest ? (
        <p className="meta">
          {WORDS.reference} <span className="mono">{error.digest}</span>
        </p>
      ) : null}
      <p className="actions section-actions">
        <Button look="primary" onClick={reset}>
          {WORDS.again}
        </Button>
        <LinkButton href="/">{WORDS.start}</LinkButton>
      </p>
    </main>
  );
}
