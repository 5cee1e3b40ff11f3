import { buildPkcs12, type Pkcs12Input } from '#lib/x509/pkcs12';

import type { P12Answer } from './p12-in-worker';

/** The other end of p12-in-worker.ts: one file, then the thread is over. */
self.onmessage = ({ data }: MessageEvent<Pkcs12Input>) => {
  const answer = (told: P12Answer) => self.postMessage(told);
  buildPkcs12(data).then(
    (file) => answer({ file }),
    (thrown: unknown) => answer({ failed: thrown instanceof Error ? thrown.message : String(thrown) }),
  );
};
