import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

import { HubgateError } from '../errors';
import { openActiveCa } from './active-ca';
import { openApprovers } from './approvers';
import { openAuditSealer } from './audit-sealer';
import { signerFiles } from './ca-files';
import type { Door } from './calls';
import { watchIntegrity } from './integrity-watch';
import { openJournal } from './journal';
import { checkBegun } from './journal-integrity';
import type { Log } from './log';
import { listenOnSocket } from './listen';
import { servePeer } from './peer';
import { openRelintKeeper } from './relint-keeper';
import type { OpenThread } from './thread';

export type RunningSigner = {
  /** Takes no more calls, lets those under way end (10 s at most), closes the journal. */
  stop: () => Promise<void>;
};

const DRAIN_MS = 9_000;

/**
 * Starts the signer: journal, sockets, then, when a passphrase file is given, the key. Answers calls
 * before the key is open, so that a locked signer still serves CRLs and revocations.
 *
 * @param input.openThread starts a thread for what would keep the event loop from signing
 * @param input.passphraseFile where the passphrase lies, for evaluation and systemd credentials; null
 *   leaves the key locked until an operator unlocks it
 * @throws {HubgateError} `start.already-running`, `start.state-dir`, `database.newer`, `ca.file`,
 *   `signer.journal-damaged`, which names the newest backup that it sees
 */
export async function startSigner(input: {
  dir: string;
  webSocket: string;
  operatorSocket: string;
  passphraseFile: string | null;
  openThread: OpenThread;
  now: () => Date;
  log: Log;
}): Promise<RunningSigner> {
  const { now, log } = input;
  makeDir(input.dir);
  const files = signerFiles(input.dir);
  // Before the ceremony there is none yet, or an empty file; afterwards it is one that was lost.
  if (existsSync(files.signingCa)) checkBegun(files.journal);
  const journal = openJournal(files.journal);
  try {
    const { openThread } = input;
    const relints = openRelintKeeper({ journal, now, log, openThread });
    const approvers = openApprovers(files.approvers);
    const sealer = openAuditSealer({ file: files.auditKey, journal, now, log });
    const active = openActiveCa({ files, journal, approvers, relints, sealer, openThread, now, log });
    const { calls } = active;

    const integrity = watchIntegrity({
      file: files.journal,
      log,
      openThread,
      onDamage: (error) => active.custody.seal(error),
    });

    const peers = new Set<{ socket: Socket; busy: () => boolean; end: () => void }>();
    let onIdle = (): void => undefined;
    const serve = (door: Door) => (socket: Socket) => {
      const peer = { socket, ...servePeer({ socket, door, calls, log, onIdle: () => onIdle() }) };
      peers.add(peer);
      socket.on('close', () => peers.delete(peer));
    };
    const servers = [
      await listenOnSocket(input.webSocket, 0o660, serve('web')),
      await listenOnSocket(input.operatorSocket, 0o600, serve('operator')),
    ];
    log.info({ ca: active.ca?.keyId ?? null, passphrase: input.passphraseFile !== null }, 'signer listens');

    if (active.ca && input.passphraseFile !== null) {
      try {
        await active.custody.unlock(readPassphrase(input.passphraseFile));
        journal.note('unlocked at start', now());
        log.info({ former: active.custody.former }, 'signing key unlocked');
        await active.crls?.refresh();
        await active.responders?.refresh();
      } catch (error) {
        log.error({ err: error }, 'the signing key could not be unlocked at start');
      }
    }

    async function stop(): Promise<void> {
      for (const server of servers) server.close();
      const busy = (): boolean => [...peers].some((peer) => peer.busy());
      if (busy()) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, DRAIN_MS);
          onIdle = () => {
            if (busy()) return;
            clearTimeout(timer);
            resolve();
          };
        });
      }
      for (const peer of peers) peer.end();
      await active.stop();
      await relints.stop();
      await integrity.stop();
      journal.close();
      log.info({}, 'signer stopped');
    }
    return { stop };
  } catch (error) {
    journal.close();
    throw error;
  }
}

/** The first line of the file; an editor's line end at its end is not part of a passphrase. */
function readPassphrase(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r?\n[\s\S]*$/, '');
}

function makeDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new HubgateError('start.state-dir', `The signer's folder ${dir} cannot be made or written.`, {
      params: { dir },
      cause,
    });
  }
}
