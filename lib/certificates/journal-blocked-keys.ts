import type { SignerClient } from '../signer-client/client';
import type { BlockedKey } from '../wire/records';

/**
 * The keys that the signer's journal blocks, page by page in the order in which they came; at least one.
 *
 * @param after sequence number behind which it begins
 * @throws {HubgateError} `signer.down`
 */
export async function* journalBlockedKeys(
  signer: Pick<SignerClient, 'blockedKeys'>,
  after = 0,
): AsyncGenerator<{ keys: readonly BlockedKey[]; seq: number }> {
  let seq = after;
  for (let more = true; more;) {
    const page = await signer.blockedKeys(seq);
    seq = page.keys.at(-1)?.seq ?? seq;
    more = page.more;
    yield { keys: page.keys, seq };
  }
}
