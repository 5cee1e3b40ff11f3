import Sqlite from 'better-sqlite3';
import pg from 'pg';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { databaseTarget } from './target';

/**
 * An event for verification: its number, the fields that are hashed as the text of a JSON array, the hash
 * of the event before, and its own.
 */
export type ScannedEvent = readonly [seq: number, fields: string, prevHash: string, hash: string];

/** The whole audit trail, page by page in its order, by a connection of its own. */
export type AuditScan = {
  pages: (afterSeq: number) => AsyncGenerator<readonly ScannedEvent[]>;
  close: () => Promise<void>;
};

const TEXTS = ['"actor"', '"action"', '"target"', '"outcome"', '"data"', '"requestId"', '"prevHash"'];
/** A page of this size keeps the event loop for some tens of milliseconds. */
const SQLITE_PAGE = 2000;
const POSTGRESQL_PAGE = 5000;

/**
 * Opens the audit trail for reading it whole. Plain SQL on plain drivers: through the client, whose
 * work per row is many times that of hashing it, a million events would take minutes. The databases
 * write the array themselves, for that takes less than handing over ten values; both escape as
 * JSON.stringify() does (a test holds them against it).
 *
 * @throws {HubgateError} `config.value`, `config.missing-file`
 */
export async function openAuditScan(config: Config, paths: StatePaths): Promise<AuditScan> {
  const target = databaseTarget(config, paths);
  return target.kind === 'sqlite' ? scanSqlite(target.file) : scanPostgresql(target);
}

function scanSqlite(file: string): AuditScan {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 5000 });
  // Times are written in one form; any other is taken as it is, and breaks the chain.
  const at = `CASE WHEN "at" GLOB '*.[0-9][0-9][0-9]+00:00' AND length("at") = 29
    THEN substr("at", 1, 23) || 'Z' ELSE CAST("at" AS TEXT) END`;
  const texts = TEXTS.map((column) => `json_quote(CAST(${column} AS TEXT))`);
  const fields = ['"seq"', `json_quote(${at})`, ...texts].join(" || ',' || ");
  const page = db
    .prepare(
      `SELECT "seq", '[' || ${fields} || ']', "prevHash", "hash" FROM "AuditEvent" WHERE "seq" > ? ORDER BY "seq" LIMIT ?`,
    )
    .raw();
  return {
    async *pages(afterSeq) {
      for (let seq = afterSeq; ;) {
        const rows = page.all(seq, SQLITE_PAGE) as ScannedEvent[];
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows;
        if (rows.length < SQLITE_PAGE) return;
        seq = last[0];
        await new Promise(setImmediate);
      }
    },
    close: async () => void db.close(),
  };
}

async function scanPostgresql(target: { url: string; password: string | null }): Promise<AuditScan> {
  const client = new pg.Client({
    connectionString: target.url,
    ...(target.password === null ? {} : { password: target.password }),
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  return {
    async *pages(afterSeq) {
      // The server makes the next page ready while this one is hashed.
      let next = readPage(client, afterSeq);
      for (;;) {
        const rows = await next;
        const last = rows.at(-1);
        if (last === undefined) return;
        const more = rows.length >= POSTGRESQL_PAGE;
        if (more) {
          next = readPage(client, last[0]);
          next.catch(() => undefined); // thrown where it is awaited
          // The driver writes to the socket only once what runs now has ended.
          await new Promise(setImmediate);
        }
        yield rows;
        if (!more) return;
      }
    },
    close: () => client.end(),
  };
}

const AT = `to_char("at", 'YYYY-MM-DD"T"HH24:MI:SS.MS')`;
const FIELDS = `'[' || "seq" || ',"' || ${AT} || 'Z",' || concat_ws(',', ${TEXTS.map((column) => `to_json(${column})`).join(', ')}) || ']'`;

/**
 * A page, each event as one text: columns one by one would cost the driver more than hashing them does. The
 * hashes may hold whatever somebody has put there; a blank in one leaves an array that is none, which fits no
 * hash.
 */
async function readPage(client: pg.Client, afterSeq: number): Promise<ScannedEvent[]> {
  const line = `"seq" || ' ' || "prevHash" || ' ' || "hash" || ' ' || ${FIELDS}`;
  // No name: a prepared statement gets a plan for any page, which sorts the whole trail where the database
  // has not counted it yet.
  const { rows } = await client.query<[string | null]>({
    text: `SELECT ${line} FROM "AuditEvent" WHERE "seq" > $1 ORDER BY "seq" LIMIT $2`,
    values: [afterSeq, POSTGRESQL_PAGE],
    rowMode: 'array',
  });
  return rows.map(([text]) => eventOf(text ?? ''));
}

function eventOf(line: string): ScannedEvent {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  const third = line.indexOf(' ', second + 1);
  return [
    Number(line.slice(0, first)),
    line.slice(third + 1),
    line.slice(first + 1, second),
    line.slice(second + 1, third),
  ];
}
