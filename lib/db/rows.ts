import type { Queries, Tx } from './client';

/** A value as SQL takes it from us. */
export type SqlValue = string | number | boolean | Date | Uint8Array | null;

/** Far below SQLite's 32,766 and PostgreSQL's 65,535 parameters of one statement. */
const PARAMETERS_MAX = 12_000;

/** Placeholders for one statement, numbered as the database wants them. */
export class Parameters {
  readonly values: SqlValue[] = [];
  constructor(readonly kind: Queries['kind']) {}

  /** Adds a value and returns its placeholder. */
  add(value: SqlValue): string {
    this.values.push(value);
    return this.kind === 'sqlite' ? '?' : `$${this.values.length}`;
  }

  /** `(?, ?, …)` for these values. */
  list(values: readonly SqlValue[]): string {
    return `(${values.map((value) => this.add(value)).join(', ')})`;
  }
}

/**
 * Inserts many rows with few statements: for batches, where Prisma's own work per row would be the
 * largest cost. Table and columns are constants of the caller, never input.
 */
export async function insertRows<Column extends string>(
  tx: Tx,
  table: string,
  columns: readonly Column[],
  rows: readonly Readonly<Record<Column, SqlValue>>[],
): Promise<void> {
  const perStatement = Math.max(1, Math.floor(PARAMETERS_MAX / columns.length));
  const names = columns.map((column) => `"${column}"`).join(', ');
  for (let at = 0; at < rows.length; at += perStatement) {
    const parameters = new Parameters(tx.kind);
    const tuples = rows
      .slice(at, at + perStatement)
      .map((row) => parameters.list(columns.map((column) => row[column])));
    await tx.prisma.$executeRawUnsafe(
      `INSERT INTO "${table}" (${names}) VALUES ${tuples.join(', ')}`,
      ...parameters.values,
    );
  }
}
