import type { Command } from 'commander';

import type { LoadedConfig } from '../config/load';
import { connectSigner, type SignerClient } from '../signer-client/client';
import { configOf, outputOf, type Output } from './context';

/** Runs a command with the signer, by the portal's socket or by the operator's. */
export async function withSigner(
  command: Command,
  door: 'web' | 'operator',
  run: (signer: SignerClient, out: Output, loaded: LoadedConfig) => Promise<void>,
): Promise<void> {
  const loaded = configOf(command);
  const { signerWebSocket, signerOperatorSocket } = loaded.paths;
  const signer = connectSigner(door === 'web' ? signerWebSocket : signerOperatorSocket);
  try {
    await run(signer, outputOf(command), loaded);
  } finally {
    signer.close();
  }
}
