'use client';

import { useEffect } from 'react';

/** A page that is asked for again and is without words so soon, will not have any. */
const JUST_LOADED_MS = 3000;

/**
 * In place of a page that turned out to be missing or forbidden while it was open (a form was sent, it
 * renewed itself): asks the server for the address anew, whose answer has the words
 * (bin/spoken-errors.mjs). Once: an answer without words would ask for ever.
 */
export function AskAgain() {
  useEffect(() => {
    const [load] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    if (load?.type === 'reload' && performance.now() < JUST_LOADED_MS) return;
    window.location.reload();
  }, []);
  return <main id="main" aria-busy="true" />;
}
