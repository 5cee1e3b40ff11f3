import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';

/** A key of so many octets from a passphrase and a salt (RFC 7914), on a thread. */
export const deriveByScrypt = promisify<
  string,
  Uint8Array,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);
