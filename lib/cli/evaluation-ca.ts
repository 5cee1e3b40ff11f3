import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { signerFiles, writeDurably } from '../signer/ca-files';
import { makeCa, refuseExisting } from '../signer/make-ca';
import { caWishes, STEP_WORDS } from './ca-wishes';

/**
 * A CA to try Hubgate with: its passphrase lies beside the key, so that nothing has to be typed. The
 * file EVALUATION marks the state directory, and every page says so.
 *
 * @throws {HubgateError} `ca.exists`
 */
export async function createEvaluationCa(input: {
  config: Config;
  paths: StatePaths;
  now: Date;
  progress: (step: string) => void;
}): Promise<void> {
  const { config, paths, now } = input;
  // Before anything is written: a new passphrase beside an old key would lock that key for good.
  refuseExisting(paths.signerDir);
  const passphrase = randomBytes(24).toString('base64url');
  mkdirSync(paths.signerDir, { recursive: true, mode: 0o700 });
  // Marker and passphrase first: a CA without them would wait for somebody to unlock it.
  writeDurably(signerFiles(paths.signerDir).evaluationPassphrase, `${passphrase}\n`, 0o600);
  writeDurably(
    paths.evaluationMarker,
    'This is an evaluation CA: its signing key unlocks by itself.\n',
    0o644,
  );
  await makeCa({
    dir: paths.signerDir,
    caDir: paths.caDir,
    serverDir: paths.serverDir,
    wishes: caWishes(config),
    passphrases: { root: passphrase, signing: passphrase },
    now,
    progress: (step) => input.progress(STEP_WORDS[step]),
  });
}
