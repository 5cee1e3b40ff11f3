import type { Config } from './config/schema';
import type { StatePaths } from './config/state-paths';
import type { Database } from './db/client';
import type { ErrorParams } from './errors';
import type { SignerClient } from './signer-client/client';

/** What a person may do; a person may hold several (lib/identity/roles.ts says what each allows). */
export const ROLES = ['approver', 'operator', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/**
 * What somebody has proven about whose certificates they may take back: any one of these is enough
 * for the certificates that it is about (lib/db/revocable-certificates.ts), and for no others.
 */
export type OwnProofs = {
  /** Requests whose pick-up secret was shown. */
  readonly requestIds: readonly string[];
  /** The certificate that was shown, verified and not revoked; lower-case hex. */
  readonly serial: string | null;
  /** A mailbox that they read a moment ago. */
  readonly email: string | null;
  /** The account that they are signed in with. */
  readonly userId: string | null;
};

/**
 * Who acts. Every domain verb gets one and authorises in its first line.
 * - `visitor`: nobody known; `addressKey` is a keyed hash of the network address, for quotas.
 * - `requester`: a visitor who showed the pick-up secret of exactly this request.
 * - `holder`: a visitor who proved to hold the key of exactly this certificate, which is in force.
 * - `owner`: a browser that proved, in one way or several, whose certificates it may take back.
 * - `person`: signed in to the portal; roles were read from the database for this call.
 * - `token`: an API token; `madeBy` is the actorId of who made it, in whose name it decides.
 * - `host`: a command on the portal's own host; whoever can run it owns the database anyhow.
 * - `system`: a clock of the portal itself (automatic signing, expiry, mail).
 */
export type Actor =
  | { kind: 'visitor'; addressKey: string }
  | { kind: 'requester'; requestId: string; addressKey: string }
  | { kind: 'holder'; serial: string; commonName: string; addressKey: string }
  | { kind: 'owner'; proofs: OwnProofs; addressKey: string }
  | {
      kind: 'person';
      userId: string;
      name: string;
      roles: readonly Role[];
      /**
       * Absent where no session is behind the call. `stepUp` names the provider of identities at which
       * they must show more than they did before they decide anything.
       */
      session?: { idHash: string; stepUp?: string };
    }
  | { kind: 'token'; tokenId: string; name: string; madeBy: string; roles: readonly Role[] }
  | { kind: 'host'; name: string }
  | { kind: 'system'; name: string };

/** Puts a catalogue key into words, with values. */
export type Translate = (key: string, values?: ErrorParams) => string;

/** Everything a rule may need from outside itself; made once per call by lib/http, the CLI or a job. */
export type Ctx = {
  readonly actor: Actor;
  /** The clock. No rule reads the time in another way. */
  readonly now: () => Date;
  /** Correlates log lines of all processes; printable ASCII, 8 to 64 characters. */
  readonly requestId: string;
  /** BCP 47 tag of the person's language, for the mails that follow. */
  readonly locale: string;
  readonly config: Config;
  readonly paths: StatePaths;
  readonly db: Database;
  readonly signer: SignerClient;
};

/** A short name for audit rows and journals, e.g. `person:paula`, `token:ci`, `visitor`. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'visitor':
      return 'visitor';
    case 'requester':
      return `requester:${actor.requestId}`;
    case 'holder':
      return `holder:${actor.commonName}`;
    case 'owner':
      return 'holder';
    case 'person':
    case 'token':
    case 'host':
    case 'system':
      return `${actor.kind}:${actor.name}`;
  }
}
