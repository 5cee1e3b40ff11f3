'use client';

import { keptHtml } from '#lib/http/kept-html';

/**
 * The body of the table, from rows that the server keeps as text: they go out once, as HTML, and not
 * as data for React beside it.
 *
 * @param name under what they are kept, or `html` where there was no room
 */
export function KeptRows({ name, html }: { name: string; html: string | null }) {
  return (
    <tbody
      role="rowgroup"
      suppressHydrationWarning
      dangerouslySetInnerHTML={{ __html: html ?? keptHtml(name) ?? '' }}
    />
  );
}
