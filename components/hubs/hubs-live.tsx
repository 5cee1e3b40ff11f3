'use client';

import { useEffect, useState } from 'react';

import { State } from '../ui/state';
import { renewHubList } from './renew-hub-list';

/** Renews the list when the portal says that something changed; shows whether it listens. */
export function HubsLive({ live, off }: { live: string; off: string }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const source = new EventSource('/api/v1/hubs/events');
    let first = true;
    const changed = () => {
      // The stream begins with the state that this page was rendered from.
      if (!first) void renewHubList();
      first = false;
    };
    source.addEventListener('open', () => setOpen(true));
    source.addEventListener('error', () => setOpen(false));
    for (const name of ['message', 'hubs', 'change']) source.addEventListener(name, changed);
    return () => source.close();
  }, []);
  return (
    <span role="status">
      <State kind={open ? 'ok' : 'off'}>{open ? live : off}</State>
    </span>
  );
}
