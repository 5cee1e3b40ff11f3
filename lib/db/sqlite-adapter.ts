import { setTimeout as sleep } from 'node:timers/promises';

import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';

type SqliteFactory = InstanceType<typeof PrismaBetterSqlite3>;
type SqliteAdapter = Awaited<ReturnType<SqliteFactory['connect']>>;
type SqliteTransaction = Awaited<ReturnType<SqliteAdapter['startTransaction']>>;

/** How long a statement waits for another process's write. */
const BUSY_TIMEOUT_MS = 5000;
/** How often it asks whether the other has finished, at the least. */
const ASK_AGAIN_MS = 20;

/** Any statement that takes the write lock and changes nothing. */
const TAKE_WRITE_LOCK = 'UPDATE "AuditHead" SET "id" = "id" WHERE 0';

/**
 * The SQLite adapter with two connections: one reads, one writes.
 *
 * Prisma's adapter has a single connection, so that a statement sent while a transaction is open
 * runs inside that transaction and is lost when it rolls back. Here reads have their own
 * connection (in WAL mode they never wait), and everything that writes queues in this process for
 * the other. Where another process holds the write lock, the writer asks again on a timer instead of
 * waiting in SQLite: better-sqlite3 waits synchronously, with every page and stream of this process.
 *
 * Every transaction takes the write lock at once. Prisma begins deferred; a transaction that reads
 * first and writes later then fails with SQLITE_BUSY_SNAPSHOT as soon as another process has written.
 */
export class SqliteAdapterFactory {
  readonly provider = 'sqlite' as const;
  readonly adapterName: string;
  readonly #factory: SqliteFactory;

  constructor(file: string) {
    this.#factory = new PrismaBetterSqlite3({ url: file, timeout: BUSY_TIMEOUT_MS, fileMustExist: true });
    this.adapterName = this.#factory.adapterName;
  }

  async connect(): Promise<SqliteAdapter> {
    const writer = await this.#factory.connect();
    // better-sqlite3 is built with NORMAL for WAL, which may lose the last commits at a power cut.
    await writer.executeScript(
      'PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 0;',
    );
    const reader = await this.#factory.connect();
    await reader.executeScript('PRAGMA query_only = ON;');
    return new TwoConnections(reader, writer);
  }
}

class TwoConnections implements SqliteAdapter {
  readonly provider = 'sqlite' as const;
  readonly adapterName: string;
  /** The end of the queue of writes: resolves when the last one so far has left the connection. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly reader: SqliteAdapter,
    private readonly writer: SqliteAdapter,
  ) {
    this.adapterName = writer.adapterName;
  }

  async queryRaw(query: Parameters<SqliteAdapter['queryRaw']>[0]): ReturnType<SqliteAdapter['queryRaw']> {
    if (/^\s*(SELECT|EXPLAIN)\b/i.test(query.sql)) return this.reader.queryRaw(query);
    return this.#exclusively(() => this.writer.queryRaw(query));
  }

  executeRaw(query: Parameters<SqliteAdapter['executeRaw']>[0]): ReturnType<SqliteAdapter['executeRaw']> {
    return this.#exclusively(() => this.writer.executeRaw(query));
  }

  executeScript(script: string): Promise<void> {
    return this.#exclusively(() => this.writer.executeScript(script));
  }

  async startTransaction(
    isolationLevel?: Parameters<SqliteAdapter['startTransaction']>[0],
  ): Promise<SqliteTransaction> {
    const release = await this.#turn();
    try {
      const transaction = await this.writer.startTransaction(isolationLevel);
      const commit = transaction.commit.bind(transaction);
      const rollback = transaction.rollback.bind(transaction);
      transaction.commit = () => commit().finally(release);
      transaction.rollback = () => rollback().finally(release);
      try {
        await onceFree(() => transaction.executeRaw({ sql: TAKE_WRITE_LOCK, args: [], argTypes: [] }));
      } catch (error) {
        await transaction.executeRaw({ sql: 'ROLLBACK', args: [], argTypes: [] });
        await transaction.rollback();
        throw error;
      }
      return transaction;
    } catch (error) {
      release();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    await this.reader.dispose();
    await this.#exclusively(() => this.writer.dispose());
  }

  async #exclusively<T>(run: () => Promise<T>): Promise<T> {
    const release = await this.#turn();
    try {
      return await onceFree(run);
    } finally {
      release();
    }
  }

  async #turn(): Promise<() => void> {
    let release: () => void = () => undefined;
    const before = this.#last;
    this.#last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  }
}

/** Runs a statement until no other process holds the write lock; one that was refused has done nothing. */
async function onceFree<T>(run: () => Promise<T>): Promise<T> {
  const giveUp = performance.now() + BUSY_TIMEOUT_MS;
  for (let wait = 1; ; wait = Math.min(2 * wait, ASK_AGAIN_MS)) {
    try {
      return await run();
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUp) throw error;
    }
    await sleep(wait);
  }
}

/** The adapter's word for SQLITE_BUSY in all its forms. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'DriverAdapterError') return false;
  return (error.cause as { kind?: unknown }).kind === 'SocketTimeout';
}
