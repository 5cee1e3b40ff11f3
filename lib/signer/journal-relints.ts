import type { RelintFinding } from '../wire/relint';
import type { JournalFile } from './journal-file';

/** A second look at all that was issued, from the first certificate to `through`. */
export type RelintRow = {
  id: number;
  startedAt: Date;
  through: number;
  /** The last certificate that was looked at. */
  number: number;
  findings: number;
  endedAt: Date | null;
};

export type JournalRelints = {
  /** The newest of those that came to their end, and the one under way. */
  relints: () => { last: RelintRow | null; running: RelintRow | null };
  /** When the first certificate was issued; null when there is none. */
  firstIssuedAt: () => Date | null;
  beginRelint: (now: Date) => RelintRow;
  recordRelint: (id: number, progress: { number: number; findings: readonly RelintFinding[] }) => void;
  endRelint: (id: number, now: Date) => void;
  /** At most `limit` of what one found, in the order of the journal. */
  relintFindings: (id: number, limit: number) => RelintFinding[];
};

/** Older ones are forgotten with what they found: the log has it. */
const KEPT = 30;
/** Findings written down per look; their count goes on. */
const FINDINGS_MAX = 10_000;

type Raw = {
  id: number;
  started_at: number;
  through: number;
  number: number;
  findings: number;
  ended_at: number | null;
};

export function journalRelints({ db, durable }: JournalFile): JournalRelints {
  const sql = {
    last: db.prepare('SELECT * FROM relints WHERE ended_at IS NOT NULL ORDER BY id DESC LIMIT 1'),
    running: db.prepare('SELECT * FROM relints WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1'),
    firstIssued: db.prepare('SELECT issued_at AS at FROM certificates ORDER BY number LIMIT 1'),
    one: db.prepare('SELECT * FROM relints WHERE id = ?'),
    begin: db.prepare(
      `INSERT INTO relints (started_at, through, number, findings)
         VALUES (?, (SELECT coalesce(max(number), 0) FROM certificates), 0, 0)`,
    ),
    progress: db.prepare('UPDATE relints SET number = ?, findings = findings + ? WHERE id = ?'),
    finding: db.prepare('INSERT INTO relint_findings (relint, serial, kind, says) VALUES (?, ?, ?, ?)'),
    end: db.prepare('UPDATE relints SET ended_at = ? WHERE id = ?'),
    forgetFindings: db.prepare('DELETE FROM relint_findings WHERE relint <= ?'),
    forget: db.prepare('DELETE FROM relints WHERE id <= ?'),
    findings: db.prepare(
      'SELECT serial, kind, says FROM relint_findings WHERE relint = ? ORDER BY rowid LIMIT ?',
    ),
  };
  const rowOf = (raw: unknown): RelintRow | null => {
    if (raw === undefined) return null;
    const { id, started_at, through, number, findings, ended_at } = raw as Raw;
    const endedAt = ended_at === null ? null : new Date(ended_at);
    return { id, startedAt: new Date(started_at), through, number, findings, endedAt };
  };

  return {
    relints: () => ({ last: rowOf(sql.last.get()), running: rowOf(sql.running.get()) }),
    firstIssuedAt() {
      const first = sql.firstIssued.get() as { at: number } | undefined;
      return first === undefined ? null : new Date(first.at);
    },
    beginRelint(now) {
      const id = durable(() => sql.begin.run(now.getTime()).lastInsertRowid);
      const row = rowOf(sql.one.get(id));
      if (row === null) throw new RangeError('the second look was not written down');
      return row;
    },
    recordRelint: (id, { number, findings }) =>
      durable(() => {
        const before = rowOf(sql.one.get(id))?.findings ?? 0;
        sql.progress.run(number, findings.length, id);
        for (const { serial, kind, says } of findings.slice(0, Math.max(0, FINDINGS_MAX - before))) {
          sql.finding.run(id, serial, kind, says);
        }
      }),
    endRelint: (id, now) =>
      durable(() => {
        sql.end.run(now.getTime(), id);
        sql.forgetFindings.run(id - KEPT);
        sql.forget.run(id - KEPT);
      }),
    relintFindings: (id, limit) => sql.findings.all(id, limit) as RelintFinding[],
  };
}
