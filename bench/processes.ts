import { readFileSync } from 'node:fs';

/** Clock ticks a second of /proc/<pid>/stat; 100 on every Linux that Node supports. */
const TICKS = 100;

/** Processor seconds that a process has used, in user and system mode together. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Memory of a process in MiB: resident, and proportional (shared pages divided among their users). */
export function memory(pid: number): { rss: number; pss: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kib = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? Number.NaN);
  return { rss: kib('Rss') / 1024, pss: kib('Pss') / 1024 };
}
