'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

const EVERY_MS = 4000;

/** Asks every few seconds where the request stands, and renders the page anew when that changed. */
export function RequestLive({
  id,
  state,
  question,
  live,
}: {
  id: string;
  state: string;
  question: string | null;
  live: string;
}) {
  const router = useRouter();
  useEffect(() => {
    // A pick-up link opened where its request is open already: the secret does not stay in sight.
    if (location.hash.startsWith('#s=')) history.replaceState(history.state, '', location.pathname);
  }, []);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState !== 'visible') return;
      void fetch(`/api/v1/requests/${id}`, { cache: 'no-store' })
        .then(async (answer) => {
          if (!answer.ok) return;
          const now = (await answer.json()) as { state: string };
          if (now.state !== state) router.refresh();
        })
        .catch(() => undefined);
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [id, state, question, router]);
  return <>{live}</>;
}
