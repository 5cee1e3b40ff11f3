import { execFile, type ExecFileOptions } from 'node:child_process';

export type Ran = { code: number; stdout: string; stderr: string };

/** Runs a program to its end; `input` goes to its standard input. Never throws for an exit code. */
export function run(
  program: string,
  args: readonly string[],
  options: ExecFileOptions & { input?: string | Uint8Array } = {},
): Promise<Ran> {
  const { input, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      { maxBuffer: 64 * 1024 * 1024, timeout: 120_000, encoding: 'utf8', ...rest },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number' && error.killed !== true) {
          reject(new Error(`${program}: ${error.message}`, { cause: error }));
          return;
        }
        const code = error ? (typeof error.code === 'number' ? error.code : 124) : 0;
        resolve({ code, stdout: String(stdout), stderr: String(stderr) });
      },
    );
    child.stdin?.on('error', () => undefined); // the program may end before it has read everything
    child.stdin?.end(input);
  });
}

/** Like `run`, for programs that must succeed. @throws {Error} with what the program said */
export async function mustRun(
  program: string,
  args: readonly string[],
  options: ExecFileOptions & { input?: string | Uint8Array } = {},
): Promise<string> {
  const ran = await run(program, args, options);
  if (ran.code !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${ran.code}:\n${ran.stderr}${ran.stdout}`);
  }
  return ran.stdout;
}
