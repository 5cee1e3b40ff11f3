'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

import { probeTrust } from './trust-probe';

/** Tests quietly whether the CA is trusted; when the page said otherwise, it is rendered again. Shows nothing. */
export function TrustWatch({ canaryUrl, known }: { canaryUrl: string; known: boolean }) {
  const router = useRouter();
  useEffect(() => {
    let gone = false;
    void probeTrust(canaryUrl).then(({ state }) => {
      const told = state === 'trusted' || state === 'untrusted';
      if (!gone && told && (state === 'trusted') !== known) router.refresh();
    });
    return () => {
      gone = true;
    };
  }, [canaryUrl, known, router]);
  return null;
}
