import { loadConfig, type LoadedConfig } from './config/load';
import { readSecrets, type Secrets } from './config/secrets';
import { openDatabase, type Database } from './db/client';
import { connectSigner, type SignerClient } from './signer-client/client';

/** What this process was wired with, once: the only place that joins configuration, database and signer. */
export type Instance = LoadedConfig & {
  readonly secrets: Secrets;
  readonly db: Database;
  readonly signer: SignerClient;
};

// Next bundles instrumentation and routes apart, each with its own module state: the one instance
// of a process hangs on globalThis.
const holder = globalThis as typeof globalThis & { __hubgateInstance?: Promise<Instance> };

/** The instance of this process, opened at the first call. Errors are those of its parts. */
export function instance(): Promise<Instance> {
  holder.__hubgateInstance ??= openInstance();
  return holder.__hubgateInstance;
}

async function openInstance(): Promise<Instance> {
  const loaded = loadConfig({ env: process.env, cwd: process.cwd() });
  // next-auth 4 learns its own address from nowhere else behind a front.
  process.env['NEXTAUTH_URL'] ??= loaded.config.site.url;
  return {
    ...loaded,
    secrets: readSecrets(loaded.paths),
    db: await openDatabase(loaded.config, loaded.paths),
    signer: connectSigner(loaded.paths.signerWebSocket),
  };
}
