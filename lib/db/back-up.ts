import Sqlite from 'better-sqlite3';

/** Copies a SQLite database page by page while others write: SQLite's own backup interface. */
export async function backUpSqlite(file: string, copy: string): Promise<void> {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    await db.backup(copy);
  } finally {
    db.close();
  }
}
