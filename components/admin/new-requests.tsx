'use client';

import { useEffect, useState } from 'react';

const EVERY_MS = 15_000;

/**
 * Says when the queue has changed since it was shown. The rows stay where they are until the
 * approver asks for the new ones: nothing moves under the pointer.
 */
export function NewRequests({
  newest,
  text,
  show,
  href,
}: {
  newest: string | null;
  text: string;
  show: string;
  href: string;
}) {
  const [come, setCome] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    async function look(): Promise<void> {
      if (document.hidden) return;
      try {
        const answer = await fetch('/api/v1/admin/requests?state=SUBMITTED&limit=1', {
          headers: { accept: 'application/json' },
          signal: stop.signal,
        });
        if (!answer.ok) return;
        const { items } = (await answer.json()) as { items: { id: string }[] };
        const id = items[0]?.id ?? null;
        if (id !== null && id !== newest) setCome(true);
      } catch {
        // Offline or navigating away: the next round tells.
      }
    }
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [newest]);
  if (!come) return null;
  return (
    <div className="toast is-plain">
      <span>
        <b>{text}</b>
      </span>
      <a className="btn btn-small" href={href}>
        {show}
      </a>
    </div>
  );
}
