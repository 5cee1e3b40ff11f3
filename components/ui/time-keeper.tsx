'use client';

import { useEffect } from 'react';

import { relativeTime } from './relative-time';

const EVERY_MS = 20_000;

/** Rewords every `<time data-relative>` of the page as it ages. One for the whole page, shows nothing. */
export function TimeKeeper({ locale }: { locale: string }) {
  useEffect(() => {
    const timer = setInterval(() => {
      const now = new Date();
      for (const element of document.querySelectorAll<HTMLTimeElement>('time[data-relative]')) {
        element.textContent = relativeTime(new Date(element.dateTime), now, locale);
      }
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [locale]);
  return null;
}
