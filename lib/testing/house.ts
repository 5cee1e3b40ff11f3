import { dirname } from 'node:path';

import { ConfigSchema, type Config } from '../config/schema';
import { ensureSecrets } from '../config/secrets';
import { statePaths } from '../config/state-paths';
import type { Ctx } from '../ctx';
import type { Instance } from '../instance';
import { testDatabase, type DatabaseKind } from './database';
import { startTestSigner, type TestSigner, type TestSignerOptions } from './signer';

/** A whole instance for tests of routes: real database, real signer with a throw-away CA, real secrets. */
export type TestHouse = {
  instance: Instance;
  signer: TestSigner;
  /** Acts as a command on the host. */
  ctx: Ctx;
  remove: () => Promise<void>;
};

type Holder = typeof globalThis & { __hubgateInstance?: Promise<Instance> | undefined };

/**
 * Opens a house and makes it this process's instance, so that exported route handlers use it.
 *
 * @param input.config what differs from the defaults
 */
export async function openTestHouse(
  input: { database?: DatabaseKind; config?: Partial<Config>; signer?: TestSignerOptions } = {},
): Promise<TestHouse> {
  const signer = await startTestSigner(input.signer);
  const database = await testDatabase(input.database ?? 'sqlite');
  const stateDir = dirname(signer.dir);
  const config = ConfigSchema.parse({
    log: { level: 'error' },
    ...input.config,
    stateDir,
    database: database.section,
  });
  const paths = statePaths(config, stateDir, () => false);
  const instance: Instance = {
    config,
    file: null,
    baseDir: stateDir,
    paths,
    secrets: ensureSecrets(paths),
    db: database.db,
    signer: signer.client,
  };
  const holder = globalThis as Holder;
  holder.__hubgateInstance = Promise.resolve(instance);
  return {
    instance,
    signer,
    ctx: {
      actor: { kind: 'host', name: 'test' },
      now: () => new Date(),
      requestId: 'test-request',
      locale: 'en',
      config,
      paths,
      db: database.db,
      signer: signer.client,
    },
    async remove() {
      delete holder.__hubgateInstance;
      await database.close();
      await signer.remove();
    },
  };
}

type Handler = (
  request: Request,
  context: { params: Promise<Record<string, string | string[] | undefined>> },
) => Promise<Response>;

/** How a test calls a route: as the front would, over its socket, on the portal's name. */
export type TestCall = {
  method?: string;
  /** Path and query. */
  path?: string;
  /** Name that it comes to. Default: the portal's. */
  origin?: string;
  headers?: Record<string, string>;
  json?: unknown;
  body?: Uint8Array | string;
  params?: Record<string, string>;
};

/** Calls an exported handler with a Request such as the web process sees it. */
export function callRoute(house: TestHouse, handler: Handler, call: TestCall = {}): Promise<Response> {
  const origin = call.origin ?? house.instance.config.site.url;
  const { host, protocol } = new URL(origin);
  const headers = new Headers({
    host,
    'x-forwarded-proto': protocol.slice(0, -1),
    'x-forwarded-for': '192.0.2.7',
    'x-hubgate-transport': 'unix',
    ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
    ...call.headers,
  });
  const body = call.json === undefined ? call.body : JSON.stringify(call.json);
  const method = call.method ?? (body === undefined ? 'GET' : 'POST');
  // Next sees the address it listens on, not the one that was asked for.
  const request = new Request(`https://0.0.0.0:3000${call.path ?? '/'}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: body as BodyInit }),
  });
  return handler(request, { params: Promise.resolve(call.params ?? {}) });
}
