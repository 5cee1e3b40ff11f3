'use client';

import { useEffect, useState } from 'react';

import { State } from '../ui/state';
import { renewHubList } from './renew-hub-list';

const MINUTE_MS = 60_000;

/** Renews the page's live parts when the portal says that something changed; shows whether it listens. */
export function HubsLive({
  live,
  off,
  version,
  everyMinute = false,
}: {
  live: string;
  off: string;
  /** Of what this page shows; the stream says when it is another one. */
  version: string;
  /** Renews it each minute too: for a screen that nobody touches, whatever becomes of the stream. */
  everyMinute?: boolean;
}) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const source = new EventSource('/api/v1/hubs/events');
    let first = true;
    const changed = (event: MessageEvent) => {
      // The stream begins with the state as it is: mostly the one that this page was rendered from.
      if (!first || event.lastEventId !== version) void renewHubList();
      first = false;
    };
    source.addEventListener('open', () => setOpen(true));
    source.addEventListener('error', () => setOpen(false));
    source.addEventListener('hubs', changed);
    const clock = everyMinute ? setInterval(() => void renewHubList(), MINUTE_MS) : undefined;
    return () => {
      source.close();
      clearInterval(clock);
    };
  }, [everyMinute, version]);
  return (
    <span role="status">
      <State kind={open ? 'ok' : 'off'}>{open ? live : off}</State>
    </span>
  );
}
