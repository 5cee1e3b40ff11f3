import type { Ctx } from '../ctx';
import { findBlockedKey } from '../db/blocked-keys';
import type { Compromise } from '../x509/examine-csr';
import type { KeyInfo } from '../x509/key-info';
import { modulusDigest } from '../x509/modulus-digest';
import { publishedIn } from '../x509/published-keys';
import { blockListFile } from './block-list-file';

/**
 * Looks a key up in all that is known of compromised keys: those printed in standards, those that the
 * portal and the signer block, and the operator's file.
 *
 * @throws {HubgateError} `config.missing-file`, `config.value` for a file that could never be read
 */
export async function findCompromise(
  ctx: Pick<Ctx, 'db' | 'paths'>,
  input: { spkiSha256: string; key: KeyInfo },
): Promise<Compromise | null> {
  const { spkiSha256, key } = input;
  const document = publishedIn(spkiSha256);
  if (document !== null) return { list: 'published', document };
  if ((await findBlockedKey(ctx.db, spkiSha256)) !== null) return { list: 'blocked' };
  if (ctx.paths.blocklistFile === null) return null;
  const { keys, moduli } = await blockListFile(ctx.paths.blocklistFile);
  const listed =
    keys.has(spkiSha256) ||
    (key.type === 'rsa' && moduli.size > 0 && moduli.has(modulusDigest(key.modulus).slice(-20)));
  return listed ? { list: 'file' } : null;
}
