'use client';

import { useState } from 'react';

import { brokenLanguage, brokenWords } from '../components/portal/broken-words';

/** When even the frame of the pages failed. Without it Next would send a larger one of its own with every page. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  const [words] = useState(brokenWords);
  const [language] = useState(brokenLanguage);
  return (
    <html lang={language}>
      <body>
        <main id="main">
          <h1>{words.title}</h1>
          <p>{words.lede}</p>
          <p>{error.digest ?? '–'}</p>
          <p>
            <a href="/">{words.start}</a>
          </p>
        </main>
      </body>
    </html>
  );
}
