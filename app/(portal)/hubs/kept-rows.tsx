'use client';

import { useEffect, useRef } from 'react';

import { renewHubList } from '../../../components/hubs/renew-hub-list';
import { keptHtml } from '#lib/http/kept-html';

/**
 * The body of the hub table, from rows that the server keeps as text. They go out once, as HTML:
 * hundreds of rows as data for React beside it would be most of the page and most of its cost.
 * React takes over what came and never compares it; `HubsLive` renews it.
 */
export function KeptRows({ name }: { name: string }) {
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    // React has rendered the page anew in the browser, where there are no rows.
    if (body.current?.childElementCount === 0) void renewHubList();
  }, []);
  return (
    <tbody
      ref={body}
      role="rowgroup"
      suppressHydrationWarning
      dangerouslySetInnerHTML={{ __html: keptHtml(name) ?? '' }}
    />
  );
}
