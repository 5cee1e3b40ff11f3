import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const TOP = readdirSync(ROOT);

/** Made by a build or a start, named in the docs, absent from a fresh clone. */
const MADE_LATER = /^(?:\.next|dist|var|node_modules|test-results|lib\/db\/generated)(?:\/|$)/;

/** Paths inside the project that a page names: links to files, and `code` that begins with one of its folders. */
function namedPaths(page: string, text: string): string[] {
  const found: string[] = [];
  const prose = text.replace(/```[\s\S]*?```/g, '');
  for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:|^#/.test(target)) continue;
    found.push(join(dirname(page), target.replace(/#.*$/, '')));
  }
  for (const [, code = ''] of prose.matchAll(/`([^`\n]+)`/g)) {
    const path = code.replace(/^\.\//, '').replace(/:\d+$/, '');
    if (!/^[\w.[\]()@-]+(?:\/[\w.[\]()@-]+)*\/?$/.test(path) || MADE_LATER.test(path)) continue;
    const [top = ''] = path.split('/');
    const isFile = /\.(?:md|ts|tsx|mjs|js|json|conf|service|target|timer|sh|prisma|css)$/.test(path);
    if ((path.includes('/') && TOP.includes(top)) || (isFile && TOP.includes(path))) found.push(path);
  }
  return found;
}

const pages = [
  ...TOP.filter((name) => name.endsWith('.md')),
  ...['docs', 'deploy'].flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${top}/${name}`),
  ),
];

describe('documentation', () => {
  it.each(pages)('%s names only what exists', (page) => {
    const missing = namedPaths(page, readFileSync(join(ROOT, page), 'utf8')).filter(
      (path) => !existsSync(join(ROOT, path)),
    );
    expect(missing).toEqual([]);
  });

  it('finds a path that is gone', () => {
    expect(
      namedPaths('README.md', 'see [x](docs/gone.md#a) and `lib/gone/x.ts`, not `/certs` or `npm start`'),
    ).toEqual(['docs/gone.md', 'lib/gone/x.ts']);
  });
});
