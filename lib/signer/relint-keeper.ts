import type { RelintReport } from '../wire/relint';
import type { Journal } from './journal';
import type { JournalRelints, RelintRow } from './journal-relints';
import type { Log } from './log';
import type { RelintProgress } from './relint-certificates';
import { runOnThread, ThreadEnded, type OpenThread, type RunningTask } from './thread';

/** The hour, by this machine's clock, after which the second look of a night begins. */
const NIGHT_HOUR = 2;
/** How often the clock is looked at. */
const LOOK_MS = 60_000;
/** Findings of a report, and lines of a log. */
const SHOWN = 100;

/** Looks at everything that was issued once more, every night, and at once when an operator asks. */
export type RelintKeeper = {
  /** Begins a look, or lets the one under way go on without pauses. */
  begin: () => RelintReport;
  report: () => RelintReport;
  stop: () => Promise<void>;
};

/** What status says of the last one that came to its end. */
export function relintSummary(
  journal: JournalRelints,
): { at: string; checked: number; findings: number } | undefined {
  const { last } = journal.relints();
  if (last?.endedAt == null) return undefined;
  return { at: last.endedAt.toISOString(), checked: last.through, findings: last.findings };
}

export function openRelintKeeper(input: {
  journal: Journal;
  now: () => Date;
  log: Log;
  openThread: OpenThread;
}): RelintKeeper {
  const { journal, now, log, openThread } = input;
  let job: RunningTask<{ number: number }> | null = null;
  let hurried = false;
  let stopped = false;

  function start(row: RelintRow, hurry: boolean): void {
    const { id, number: after, through } = row;
    hurried = hurry;
    log.info({ after, through, hurry }, 'a second look at all that was issued begins');
    const task = { task: 'relint' as const, file: journal.file, after, through, hurry };
    const own = runOnThread(openThread, task, (message) => take(id, message as RelintProgress));
    job = own;
    own.answer
      .then(() => {
        if (!stopped) end(id);
      })
      .catch((error: unknown) => {
        if (!stopped && !(error instanceof ThreadEnded)) log.error({ err: error }, 'the second look failed');
      })
      .finally(() => {
        if (job === own) job = null;
      });
  }

  function take(id: number, progress: RelintProgress): void {
    if (stopped) return;
    journal.recordRelint(id, progress);
    for (const finding of progress.findings.slice(0, SHOWN)) {
      log.error(finding, 'a certificate that was issued is not as it must be');
    }
  }

  function end(id: number): void {
    journal.endRelint(id, now());
    const summary = relintSummary(journal);
    log[summary?.findings === 0 ? 'info' : 'error']({ ...summary }, 'the second look came to its end');
  }

  function look(): void {
    if (job !== null) return;
    const { last, running } = journal.relints();
    if (running !== null) return start(running, false); // a restart came in between
    // A new CA waits for its first night: what it has issued since was linted minutes ago.
    const since = last?.startedAt ?? journal.firstIssuedAt();
    if (since !== null && since < lastNight(now())) start(journal.beginRelint(now()), false);
  }

  function report(): RelintReport {
    const { last, running } = journal.relints();
    const summary = relintSummary(journal);
    return {
      ...(running && {
        running: {
          since: running.startedAt.toISOString(),
          checked: running.number,
          total: running.through,
        },
      }),
      ...(last && summary && { last: { ...summary, first: journal.relintFindings(last.id, SHOWN) } }),
    };
  }

  const timer = setInterval(() => {
    try {
      look();
    } catch (error) {
      log.error({ err: error }, 'the second look could not begin');
    }
  }, LOOK_MS);
  timer.unref();
  return {
    begin() {
      const { running } = journal.relints();
      if (job === null) start(running ?? journal.beginRelint(now()), true);
      else if (!hurried && running) {
        void job.stop();
        start(running, true);
      }
      return report();
    },
    report,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await job?.stop();
    },
  };
}

/** The last time that the night's hour came. */
function lastNight(now: Date): Date {
  const night = new Date(now);
  night.setHours(NIGHT_HOUR, 0, 0, 0);
  if (night > now) night.setDate(night.getDate() - 1);
  return night;
}
