import type { Pkcs12Input } from '#lib/x509/pkcs12';

export type P12Answer = { file: Uint8Array } | { failed: string };

/**
 * Builds a .p12 in a thread of its own: the MAC's ten thousand rounds, and everything of the older
 * form, would hold the page still. Key and passphrase go to that thread and nowhere else.
 *
 * @throws {Error} what the builder says, or that the browser did not start the thread
 */
export async function buildP12InWorker(input: Pkcs12Input): Promise<Uint8Array> {
  const worker = new Worker(new URL('./p12-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<P12Answer>) => {
        if ('file' in data) resolve(data.file);
        else reject(new Error(data.failed));
      };
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(input);
    });
  } finally {
    worker.terminate();
  }
}
