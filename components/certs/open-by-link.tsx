'use client';

import { useEffect, useState } from 'react';

/**
 * Exchanges the secret behind `#s=` for this browser's cookie, so that it never stands in a path or
 * query; then takes it out of the address bar.
 */
export function OpenByLink({
  action,
  opening,
  failed,
  noCookies,
}: {
  action: string;
  opening: string;
  failed: string;
  noCookies: string;
}) {
  const [word, setWord] = useState('');
  useEffect(() => {
    const secret = /^#s=([A-Za-z0-9_-]{8,200})$/u.exec(location.hash)?.[1];
    if (!secret) return;
    history.replaceState(null, '', location.pathname);
    setWord(opening);
    fetch(action, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ secret }),
    })
      .then((answer) => {
        // A reload without the cookie would only show the same form again, and say nothing.
        if (answer.ok && !navigator.cookieEnabled) setWord(noCookies);
        else if (answer.ok || answer.redirected) location.reload();
        else setWord(failed);
      })
      .catch(() => setWord(failed));
  }, [action, opening, failed, noCookies]);
  return (
    <p className="meta" role="status">
      {word}
    </p>
  );
}
