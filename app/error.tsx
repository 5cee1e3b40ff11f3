'use client';

import { useEffect, useState } from 'react';

import { brokenWords } from '../components/portal/broken-words';

/**
 * What nobody foresaw, in a page that runs already: plain words, a number for the help desk, a second
 * try. A page that fails before it is there gets lib/http/failure-page.ts. Plain elements: this file is
 * sent along with every page.
 */
export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const [words] = useState(brokenWords);
  useEffect(() => {
    document.title = words.title;
  }, [words]);
  return (
    <main id="main">
      <div className="head">
        <h1>{words.title}</h1>
        <p className="lede">{words.lede}</p>
      </div>
      {error.digest ? <p className="mono">{error.digest}</p> : null}
      <p className="actions section-actions">
        <button type="button" className="btn btn-primary" onClick={reset}>
          {words.again}
        </button>
        <a className="btn" href="/">
          {words.start}
        </a>
      </p>
    </main>
  );
}
