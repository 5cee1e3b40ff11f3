import { cpus, release, totalmem } from 'node:os';

/** One number of the project: a ratio, and which side of `bound` it should be on. */
export type Figure = {
  what: string;
  value: number;
  unit?: string;
  bound: number;
  better: 'higher' | 'lower';
};

/** Prints a heading with the machine, so that a pasted figure says where it comes from. */
export function heading(title: string): void {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  process.stdout.write(
    `\n${title}\n  ${cpus().length} × ${processor}, ${memory} GiB, Linux ${release()}, Node ${process.version}\n`,
  );
}

export function line(text: string): void {
  process.stdout.write(`  ${text}\n`);
}

/** Prints a figure and whether it is on the right side of its bound. */
export function figure({ what, value, unit = '', bound, better }: Figure): void {
  const reached = better === 'higher' ? value >= bound : value <= bound;
  const sign = better === 'higher' ? '≥' : '≤';
  line(`${reached ? 'reached' : 'MISSED '}  ${what}: ${value.toFixed(2)}${unit} (${sign} ${bound}${unit})`);
}

/** The middle of several measurements; of an even number the lower middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('a median needs at least one value');
  return middle;
}
