'use client';

/** When even the frame of the pages failed. Without it Next would send a larger one of its own with every page. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <main id="main">
          <h1>Something went wrong on our side</h1>
          <p>Try again in a moment; if it stays, tell the help desk this number: {error.digest ?? '–'}</p>
          <p>
            <a href="/">Go to the start</a>
          </p>
        </main>
      </body>
    </html>
  );
}
