'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';

/** After the time has come the page is asked so often, and so many times, how it went. */
const ASK_EVERY_MS = 2000;
const ASK_TIMES = 30;

/**
 * Seconds until something happens by itself, one fewer each second; then the page is rendered anew until
 * what it says has changed and this is gone. Screen readers hear the first number only. With `quiet` nothing
 * is shown: the time has come, and the page only waits for what follows.
 */
export function Countdown({ seconds, quiet = false }: { seconds: number; quiet?: boolean }) {
  const [left, setLeft] = useState(seconds);
  const router = useRouter();
  useEffect(() => {
    const end = performance.now() + seconds * 1000;
    let asked = 0;
    let next = 0;
    const timer = setInterval(() => {
      const now = performance.now();
      setLeft(Math.max(0, Math.ceil((end - now) / 1000)));
      if (now < end || now < next || document.visibilityState !== 'visible') return;
      if (asked >= ASK_TIMES) {
        clearInterval(timer);
        return;
      }
      asked += 1;
      next = now + ASK_EVERY_MS;
      router.refresh();
    }, 250);
    return () => clearInterval(timer);
  }, [seconds, router]);
  if (quiet) return null;
  return (
    <>
      <span className="vh">{seconds}</span>
      <span aria-hidden="true">{left}</span>
    </>
  );
}
