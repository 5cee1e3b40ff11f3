'use client';

import { useEffect, useState } from 'react';

/**
 * The secret that a mailed link carries behind `#s=`, taken out of the address bar at once; what is
 * typed instead of it where scripts do not run or the link was copied in part.
 */
export function useLinkSecret(): [secret: string, set: (typed: string) => void] {
  const [secret, setSecret] = useState('');
  useEffect(() => {
    const found = /^#s=(.+)$/u.exec(location.hash)?.[1];
    if (!found) return;
    setSecret(found);
    history.replaceState(null, '', location.pathname);
  }, []);
  return [secret, setSecret];
}
