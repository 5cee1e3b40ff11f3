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

function write(folder: string, language: string, messages: unknown): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${language}.json`), JSON.stringify(messages));
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

  it('are named in code as the files are, the language of the code first', () => {
    const folder = join(import.meta.dirname, '..', 'lib', 'i18n');
    const languages = readdirSync(join(folder, 'messages')).map((name) => name.replace(/\.json$/, ''));
    for (const [file, text] of Object.entries(listsOf(languages))) {
      expect(readFileSync(join(folder, file), 'utf8')).toBe(text);
    }
    const more = listsOf(['pt-br', 'es', 'en']);
    expect(more['locales.ts']).toContain("['en', 'es', 'pt-br'] as const");
    expect(more['catalogue.ts']).toContain("import ptBr from './messages/pt-br.json';");
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
    [{ a: { b: 'One' } }, { a: {} }, 'es.json: a.b is missing (en: "One")'],
    [{ a: 'One' }, { a: 'Uno', z: 'Dos' }, 'es.json: z is not in en.json'],
    [{ a: 'One' }, { a: '  ' }, 'es.json: a is empty'],
    [{ a: 'Hello {name}' }, { a: 'Hola' }, 'es.json: a lacks {name}'],
    [{ a: 'Hello' }, { a: 'Hola {name}' }, 'es.json: a has {name}, which en has not'],
    [{ a: 'A **bold** word' }, { a: 'Una palabra' }, 'es.json: a lacks 1 × **bold**'],
    [{ a: 'Run `hubgate`' }, { a: 'Ejecutar hubgate' }, 'es.json: a lacks `hubgate`'],
    [{ a: 'See <b>it</b>' }, { a: 'Ver <b>eso' }, 'es.json: a lacks </b>'],
    [{ a: '{n} days' }, { a: '{n días' }, 'es.json: a cannot be read: } or , wanted after {n at character 4'],
    [
      { a: '{n, plural, other {# hubs}}' },
      { a: '{n, plural, one {# hub}}' },
      'es.json: a cannot be read: {n, plural} has no other at character 24',
    ],
    [
      { a: '{s, select, up {up} other {?}}' },
      { a: '{s, select, other {?}}' },
      'es.json: a lacks {s, select, up …}',
    ],
    [
      { a: 'Nobody has told the gate where it runs' },
      { a: 'Nobody has told the gate where it runs' },
      'es.json: a is the English sentence',
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

  it('name each argument inside of plurals too', () => {
    expect([...partsOf("{n, plural, =0 {none} other {# of {total}}} '{'not this'}'")].sort()).toEqual([
      '{n, plural}',
      '{total}',
    ]);
  });
});

describe('a tree, held against its languages as the build does it first', () => {
  const folder = () => join(base, 'lib/i18n/messages');
  const check = () => run(process.execPath, [join(base, 'scripts/check-messages.mjs')]);
  const named = (file: string) => readFileSync(join(base, 'lib/i18n', file), 'utf8');

  beforeEach(() => {
    mkdirSync(join(base, 'scripts'));
    cpSync('scripts/check-messages.mjs', join(base, 'scripts/check-messages.mjs'));
    write(folder(), 'en', { home: { a: 'One', b: 'Two' } });
    write(folder(), 'es', { home: { a: 'Uno', b: 'Dos' } });
    for (const file of ['locales.ts', 'catalogue.ts']) {
      cpSync(`lib/i18n/${file}`, join(base, 'lib/i18n', file));
    }
  });

  it('stops at one missing key', async () => {
    await expect(check()).resolves.toMatchObject({ stdout: '', stderr: '' });
    write(folder(), 'es', { home: { a: 'Uno' } });
    await expect(check()).rejects.toMatchObject({
      code: 1,
      stderr: 'es.json: home.b is missing (en: "Two")\n',
    });
  });

  it('takes a third language from one file, and forgets it with the file', async () => {
    write(folder(), 'fr', { home: { a: 'Un', b: 'Deux' } });
    await check();
    expect(named('locales.ts')).toContain("LOCALES = ['en', 'es', 'fr']");
    expect(named('catalogue.ts')).toContain("import fr from './messages/fr.json';");
    rmSync(join(folder(), 'fr.json'));
    await check();
    expect(named('locales.ts')).toBe(readFileSync('lib/i18n/locales.ts', 'utf8'));
    expect(named('catalogue.ts')).toBe(readFileSync('lib/i18n/catalogue.ts', 'utf8'));
  });
});
