'use client';

import { useEffect } from 'react';

// The catalogue cannot be asked when the page that carries it failed; these sentences stand here.
// Plain elements: this file is sent along with every page.
const TITLE = 'Something went wrong on our side';

/** What nobody foresaw: plain words, a number for the help desk, a second try. */
export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  useEffect(() => {
    document.title = TITLE;
  }, []);
  return (
    <main id="main">
      <div className="head">
        <h1>{TITLE}</h1>
        <p className="lede">
          It is not your doing, and nothing you sent is lost. Try again; if it stays, tell the help desk this
          number.
        </p>
      </div>
      {error.digest ? <p className="mono">{error.digest}</p> : null}
      <p className="actions section-actions">
        <button type="button" className="btn btn-primary" onClick={reset}>
          Try again
        </button>
        <a className="btn" href="/">
          Go to the start
        </a>
      </p>
    </main>
  );
}
