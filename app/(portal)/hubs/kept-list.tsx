'use client';

import { useEffect, useRef } from 'react';

import { renewHubList } from '../../../components/hubs/renew-hub-list';
import { keptHtml } from '#lib/http/kept-html';

/**
 * The hub table, from text that the server keeps. It goes out once, as HTML: hundreds of rows as data
 * for React beside it would be most of the page and most of its cost. React takes over what came and
 * never compares it; `HubsLive` renews it.
 */
export function KeptList({ name }: { name: string }) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // React has rendered the page anew in the browser, where there is no table.
    if (list.current?.childElementCount === 0) void renewHubList();
  }, []);
  return (
    <div
      ref={list}
      data-live="list"
      suppressHydrationWarning
      dangerouslySetInnerHTML={{ __html: keptHtml(name) ?? '' }}
    />
  );
}
