import { main } from '../cli/main';

/** What a command said, and the code that it ended with. */
export type CliRun = { code: number; out: string; err: string };

/** Runs the command line in this process as a person would, with this configuration file. */
export async function runCli(config: string, words: readonly string[]): Promise<CliRun> {
  const said = { out: '', err: '' };
  const { stdout, stderr } = process;
  const real = { out: stdout.write.bind(stdout), err: stderr.write.bind(stderr) };
  stdout.write = (text: unknown) => ((said.out += String(text)), true);
  stderr.write = (text: unknown) => ((said.err += String(text)), true);
  try {
    const code = await main(['--config', config, ...words], { ...process.env });
    return { code, ...said };
  } finally {
    stdout.write = real.out;
    stderr.write = real.err;
    process.exitCode = undefined;
  }
}
