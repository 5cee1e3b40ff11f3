import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ConfigSchema, type Config } from '../config/schema';
import { ensureSecrets } from '../config/secrets';
import { statePaths, type StatePaths } from '../config/state-paths';
import type { Actor, Ctx, Role } from '../ctx';
import { connectSigner } from '../signer-client/client';
import { testDatabase, type DatabaseKind, type TestDatabase } from './database';
import type { TestSigner } from './signer';

export type TestHouse = {
  /** As a stranger at 192.0.2.1, on the test's clock. */
  ctx: Ctx;
  config: Config;
  paths: StatePaths;
  database: TestDatabase;
  /** The same house for somebody else. */
  as: (actor: Actor) => Ctx;
  person: (name: string, ...roles: Role[]) => Ctx;
  requester: (requestId: string) => Ctx;
  /** Moves the clock; it stands still otherwise. */
  advance: (milliseconds: number) => void;
  close: () => Promise<void>;
};

export type TestHouseOptions = {
  kind?: DatabaseKind;
  /** Sections of hubgate.toml over the defaults. */
  config?: Record<string, unknown>;
  now?: Date;
  /** Its CA becomes the portal's; without one the signer is down and there is no CA. */
  signer?: Pick<TestSigner, 'client' | 'caDir'>;
  /** The real clock: where the signer's own clock must agree. */
  realClock?: boolean;
};

/** Configuration, state directory, database and clock of a test, and who acts in it. */
export async function testHouse(options: TestHouseOptions = {}): Promise<TestHouse> {
  const { kind = 'sqlite', signer } = options;
  const database = await testDatabase(kind);
  const base = mkdtempSync(join(tmpdir(), 'hubgate-house-'));
  const config = ConfigSchema.parse({ ...options.config, stateDir: base, database: database.section });
  const paths = statePaths(config, base, () => false);
  if (signer) paths.caDir = signer.caDir;
  mkdirSync(paths.mapsDir, { recursive: true });
  ensureSecrets(paths);

  let offset = 0;
  const start = options.now ?? new Date('2026-11-23T12:00:00.000Z');
  const now =
    options.realClock === true
      ? () => new Date(Date.now() + offset)
      : () => new Date(start.getTime() + offset);
  const absent = signer ? null : connectSigner(join(base, 'no-signer.sock'));
  const as = (actor: Actor): Ctx => ({
    actor,
    now,
    requestId: 'test-request-1',
    locale: 'en',
    config,
    paths,
    db: database.db,
    signer: signer?.client ?? (absent as NonNullable<typeof absent>),
  });
  const person = (name: string, ...roles: Role[]): Ctx =>
    as({ kind: 'person', userId: `id-${name}`, name, roles });
  return {
    ctx: as({ kind: 'visitor', addressKey: 'address-1' }),
    config,
    paths,
    database,
    as,
    person,
    requester: (requestId) => as({ kind: 'requester', requestId, addressKey: 'address-1' }),
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    async close() {
      absent?.close();
      await database.close();
      rmSync(base, { recursive: true, force: true });
      rmSync(paths.mapsDir, { recursive: true, force: true });
    },
  };
}
