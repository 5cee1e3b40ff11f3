/** Keys that wait in this browser for their certificate; encrypted, one row per public key. */
export type KeptKey = {
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  spkiSha256: string;
  /** ENCRYPTED PRIVATE KEY block. */
  pem: string;
  commonName: string;
  /** ISO 8601 */
  madeAt: string;
  requestId: string | null;
  backedUp: boolean;
};

const DATABASE = 'hubgate-keys';
const STORE = 'keys';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'spkiSha256' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser keeps no data for this site'));
  });
}

async function withStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser did not keep the key'));
    });
  } finally {
    database.close();
  }
}

/** Keeps a key, replacing what was kept for the same public key. */
export async function keepKey(key: KeptKey): Promise<void> {
  await withStore('readwrite', (store) => store.put(key));
  // Asks not to be evicted when the disk runs low; a refusal is no error. Firefox asks its user, and
  // nothing waits for that answer: the key is kept already.
  void navigator.storage?.persist?.().catch(() => false);
}

/** The key kept for a public key, or null. */
export async function findKey(spkiSha256: string): Promise<KeptKey | null> {
  return ((await withStore('readonly', (store) => store.get(spkiSha256))) as KeptKey | undefined) ?? null;
}

/** Changes what is known about a kept key; nothing happens if it is not there. */
export async function noteKey(
  spkiSha256: string,
  change: Partial<Pick<KeptKey, 'requestId' | 'backedUp'>>,
): Promise<void> {
  const key = await findKey(spkiSha256);
  if (key) await withStore('readwrite', (store) => store.put({ ...key, ...change }));
}
