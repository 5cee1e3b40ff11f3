import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { listsOf, partsOf, wrongMessages } from './check-messages.mjs';

const run = promisify(execFile);

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hg-messages-'));
});
afterEach(() => rmSync(base, { recursive: true }));

/** Writes one file of one language below `folder`. */
function write(folder: string, language: string, messages: unknown, file = 'home.json'): void {
  mkdirSync(join(folder, language), { recursive: true });
  writeFileSync(join(folder, language, file), JSON.stringify(messages));
}

function wrong(english: unknown, spanish: unknown): string[] {
  write(base, 'en', english);
  write(base, 'es', spanish);
  return wrongMessages(base);
}

describe('the catalogues', () => {
  it('of this tree agree', () => {
    expect(wrongMessages()).toEqual([]);
  });

  it('are named in code as the folders are, the language of the code first', () => {
    const folder = join(import.meta.dirname, '..', 'lib', 'i18n');
    for (const [file, text] of Object.entries(listsOf(readdirSync(join(folder, 'messages'))))) {
      expect(readFileSync(join(folder, file), 'utf8')).toBe(text);
    }
    const more = listsOf(['pt-br', 'es', 'en']);
    expect(more['locales.ts']).toContain("['en', 'es', 'pt-br'] as const");
    expect(more['catalogue.ts']).toContain("import { messages as ptBr } from './messages/pt-br/all';");
    expect(more['catalogue.ts']).toContain("{ en, es, 'pt-br': ptBr }");
  });

  it('may differ in words, in the plurals that a language has, and in the order of arguments', () => {
    const english = { a: '{n, plural, one {# hub} other {# hubs}} of {site}', b: 'Open **this** or `that`' };
    const spanish = {
      a: 'De {site}: {n, plural, one {# hub} many {# de hubs} other {# hubs}}',
      b: '`that` o **esto**',
    };
    expect(wrong(english, spanish)).toEqual([]);
  });

  it.each([
    [{ a: { b: 'One' } }, { a: {} }, 'es/home.json: a.b is missing (en: "One")'],
    [{ a: 'One' }, { a: 'Uno', z: 'Dos' }, 'es/home.json: z is not in en/home.json'],
    [{ a: 'One' }, { a: '  ' }, 'es/home.json: a is empty'],
    [{ a: 'Hello {name}' }, { a: 'Hola' }, 'es/home.json: a lacks {name}'],
    [{ a: 'Hello' }, { a: 'Hola {name}' }, 'es/home.json: a has {name}, which en has not'],
    [{ a: 'A **bold** word' }, { a: 'Una palabra' }, 'es/home.json: a lacks 1 × **bold**'],
    [{ a: 'Run `hubgate`' }, { a: 'Ejecutar hubgate' }, 'es/home.json: a lacks `hubgate`'],
    [{ a: 'See <b>it</b>' }, { a: 'Ver <b>eso' }, 'es/home.json: a lacks </b>'],
    [
      { a: '{n} days' },
      { a: '{n días' },
      'es/home.json: a cannot be read: } or , wanted after {n at character 4',
    ],
    [
      { a: '{n, plural, other {# hubs}}' },
      { a: '{n, plural, one {# hub}}' },
      'es/home.json: a cannot be read: {n, plural} has no other at character 24',
    ],
    [
      { a: '{s, select, up {up} other {?}}' },
      { a: '{s, select, other {?}}' },
      'es/home.json: a lacks {s, select, up …}',
    ],
    [
      { a: 'Nobody has told the gate where it runs' },
      { a: 'Nobody has told the gate where it runs' },
      'es/home.json: a is the English sentence',
    ],
  ])('%j beside %j: %s', (english, spanish, line) => {
    expect(wrong(english, spanish)).toEqual([line]);
  });

  it('may have the same names and words of few letters in both', () => {
    const same = {
      a: 'Windows (Chrome, Edge)',
      b: '{n, plural, one {# hub: {names}} other {# hubs: {names}}}',
    };
    expect(wrong(same, same)).toEqual([]);
  });

  it('have the same files', () => {
    write(base, 'en', {}, 'hubs.json');
    write(base, 'es', {}, 'other.json');
    expect(wrongMessages(base)).toEqual([
      'es/hubs.json: the file is missing',
      'es/other.json: there is no en/other.json',
    ]);
  });

  it('name each argument inside of plurals too', () => {
    expect([...partsOf("{n, plural, =0 {none} other {# of {total}}} '{'not this'}'")].sort()).toEqual([
      '{n, plural}',
      '{total}',
    ]);
  });
});

it('the build, which runs this first, stops at one missing key', async () => {
  mkdirSync(join(base, 'scripts'));
  cpSync('scripts/check-messages.mjs', join(base, 'scripts/check-messages.mjs'));
  const folder = join(base, 'lib/i18n/messages');
  write(folder, 'en', { a: 'One', b: 'Two' });
  write(folder, 'es', { a: 'Uno', b: 'Dos' });
  for (const file of ['locales.ts', 'catalogue.ts']) {
    cpSync(`lib/i18n/${file}`, join(base, 'lib/i18n', file));
  }
  const check = () => run(process.execPath, [join(base, 'scripts/check-messages.mjs')]);
  await expect(check()).resolves.toMatchObject({ stderr: '' });
  write(folder, 'es', { a: 'Uno' });
  await expect(check()).rejects.toMatchObject({
    code: 1,
    stderr: 'es/home.json: b is missing (en: "Two")\n',
  });
  write(folder, 'es', { a: 'Uno', b: 'Dos' });
  write(folder, 'fr', { a: 'Un', b: 'Deux' });
  await expect(check()).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^lib\/i18n\/locales\.ts does not name .+\nlib\/i18n\/catalogue\.ts does/,
    ) as string,
  });
});
