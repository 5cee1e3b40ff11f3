import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** What a build reads; node_modules is hard-linked beside it. */
const SOURCES = [
  'app',
  'bin',
  'components',
  'lib',
  'prisma',
  'public',
  'scripts',
  'instrumentation.ts',
  'proxy.ts',
  'next.config.js',
  'postcss.config.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

const EMPTY_PAGE = `import { connection } from 'next/server';

export default async function Empty() {
  await connection();
  return null;
}
`;

/**
 * A copy of the tree with one more page, `/empty`, that renders nothing for each request; built.
 *
 * @returns the folder, below the tree so that links stay on one file system; remove it afterwards
 */
export async function buildWithEmptyPage(): Promise<{ dir: string; remove: () => Promise<void> }> {
  await mkdir(join(ROOT, '.bench'), { recursive: true });
  const dir = await mkdtemp(join(ROOT, '.bench', 'tree-'));
  for (const source of SOURCES) {
    await cp(join(ROOT, source), join(dir, source), { recursive: true, verbatimSymlinks: true });
  }
  await runInherit('cp', ['-al', join(ROOT, 'node_modules'), join(dir, 'node_modules')]);
  await rm(join(dir, 'node_modules', '.hubgate'), { recursive: true, force: true });
  await mkdir(join(dir, 'app', 'empty'));
  await writeFile(join(dir, 'app', 'empty', 'page.tsx'), EMPTY_PAGE);
  await runInherit(process.execPath, [join(dir, 'scripts', 'build.mjs')], dir);
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

function runInherit(program: string, args: string[], cwd = ROOT): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`)),
    );
  });
}
