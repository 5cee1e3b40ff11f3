/**
 * Holds the catalogues of all languages against English: the same files and keys, the same arguments
 * with the same kinds, the same places of `**bold**` and `` `code` ``, and no sentence left in English.
 * Node's own modules only: the build runs it first, in a few milliseconds.
 *
 * A language is a folder. Bundlers follow written imports only, so the two files that name the folders are
 * held against them here, and written by `--write`.
 *
 * `node scripts/check-messages.mjs [--write]`
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOME = fileURLToPath(new URL('../lib/i18n', import.meta.url));
const FOLDER = join(HOME, 'messages');
const SOURCE = 'en';

/**
 * What is wrong with the catalogues, one line each, by file and key; empty when they agree.
 *
 * @param {string} folder one folder per language, with one JSON file per area
 * @returns {string[]}
 */
export function wrongMessages(folder = FOLDER) {
  const languages = readdirSync(folder).filter((name) => name !== SOURCE);
  const source = readLanguage(folder, SOURCE);
  return languages.sort().flatMap((language) => compare(language, source, readLanguage(folder, language)));
}

/** File → key → sentence. */
function readLanguage(folder, language) {
  const names = readdirSync(join(folder, language)).filter((name) => name.endsWith('.json'));
  return new Map(
    names.map((name) => [
      name,
      new Map(sentences(JSON.parse(readFileSync(join(folder, language, name), 'utf8')), '')),
    ]),
  );
}

function sentences(node, prefix) {
  return Object.entries(node).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}${key}`, value]] : sentences(value, `${prefix}${key}.`),
  );
}

function compare(language, source, other) {
  const wrong = [];
  for (const [file, wanted] of source) {
    const found = other.get(file);
    const where = (key) => `${language}/${file}: ${key}`;
    if (found === undefined) {
      wrong.push(`${language}/${file}: the file is missing`);
      continue;
    }
    for (const [key, english] of wanted) {
      const sentence = found.get(key);
      if (sentence === undefined) wrong.push(`${where(key)} is missing (en: ${JSON.stringify(english)})`);
      else wrong.push(...differences(english, sentence).map((what) => `${where(key)} ${what}`));
    }
    for (const key of found.keys()) if (!wanted.has(key)) wrong.push(`${where(key)} is not in en/${file}`);
  }
  for (const file of other.keys()) {
    if (!source.has(file)) wrong.push(`${language}/${file}: there is no en/${file}`);
  }
  return wrong;
}

function differences(english, sentence) {
  if (english.trim() !== '' && sentence.trim() === '') return ['is empty'];
  if (sentence === english && isSentence(english)) return ['is the English sentence'];
  let parts;
  try {
    parts = partsOf(sentence);
  } catch (error) {
    return [`cannot be read: ${error.message}`];
  }
  const wanted = partsOf(english);
  return [
    ...[...wanted].filter((part) => !parts.has(part)).map((part) => `lacks ${part}`),
    ...[...parts].filter((part) => !wanted.has(part)).map((part) => `has ${part}, which en has not`),
  ];
}

/** Three words in lower case and more: names of systems and short words may be the same in two languages. */
function isSentence(text) {
  const words = text.replace(/\{\w+(?:, \w+,?)?|\b(?:one|other)(?= \{)/g, '');
  return (words.match(/(?<![\w/.-])[a-z]{2,}(?![\w/.-]*[/_])/g) ?? []).length > 3;
}

/**
 * What a translator must keep: each argument with its kind and, of a `select`, its choices (those of a
 * plural differ between languages, but for `other`), `**bold**` by count, `` `code` `` by what stands in it.
 *
 * @param {string} sentence ICU message syntax
 * @returns {Set<string>}
 */
export function partsOf(sentence) {
  const parts = new Set(argumentsOf(sentence));
  const bold = sentence.match(/\*\*[^*]+\*\*/g) ?? [];
  if (bold.length > 0) parts.add(`${bold.length} × **bold**`);
  for (const code of sentence.match(/`[^`]+`/g) ?? []) parts.add(code);
  for (const tag of sentence.match(/<\/?[a-z]\w*\/?>/gi) ?? []) parts.add(tag);
  return parts;
}

/** ICU MessageFormat, as far as the catalogue uses it: `{name}`, `{n, plural, …}`, `{x, select, …}`, nested. */
function argumentsOf(sentence) {
  const parts = [];
  let at = 0;
  const fail = (why) => {
    throw new Error(`${why} at character ${at + 1}`);
  };
  const word = () => {
    const [found] = /^\s*[=\w-]*\s*/.exec(sentence.slice(at));
    at += found.length;
    return found.trim();
  };
  const text = (nested) => {
    for (; at < sentence.length; at += 1) {
      const letter = sentence[at];
      if (letter === "'" && /[{}<>]/.test(sentence[at + 1] ?? '')) {
        // Quoted up to the next apostrophe.
        const end = sentence.indexOf("'", at + 1);
        at = end < 0 ? sentence.length : end;
      } else if (letter === '{') argument();
      else if (letter === '}') return nested ? undefined : fail('a } too many');
    }
    if (nested) fail('a } is missing');
  };
  const argument = () => {
    at += 1;
    const name = word();
    if (name === '') fail('a { without a name');
    if (sentence[at] === '}') return void parts.push(`{${name}}`);
    if (sentence[at] !== ',') fail(`} or , wanted after {${name}`);
    at += 1;
    const kind = word();
    if (sentence[at] === '}') return void parts.push(`{${name}, ${kind}}`);
    if (sentence[at] !== ',') fail(`} or , wanted after {${name}, ${kind}`);
    at += 1;
    const choices = [];
    while (sentence[at] !== '}') {
      choices.push(word());
      if (sentence[at] !== '{') fail(`a choice of {${name}, ${kind}} without its {text}`);
      at += 1;
      text(true);
      at += 1;
      while (/\s/.test(sentence[at] ?? '')) at += 1;
      if (at >= sentence.length) fail('a } is missing');
    }
    if (!choices.includes('other')) fail(`{${name}, ${kind}} has no other`);
    parts.push(`{${name}, ${kind}}`);
    if (kind === 'select') parts.push(...choices.map((choice) => `{${name}, select, ${choice} …}`));
  };
  text(false);
  return parts;
}

const WRITTEN =
  '// Written by `node scripts/check-messages.mjs --write` from the folders of lib/i18n/messages.\n';

/**
 * The files that name every language, as they have to be: name → text.
 *
 * @param {string[]} folders the languages that there are; the one that the code is written in comes first
 */
export function listsOf(folders) {
  const languages = [SOURCE, ...folders.filter((name) => name !== SOURCE).sort()];
  const name = (language) => language.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  return {
    'locales.ts':
      `${WRITTEN}/** The languages of the pages and mails. The first is the one that the code is written in. */\n` +
      `export const LOCALES = [${languages.map((one) => `'${one}'`).join(', ')}] as const;\n` +
      'export type Locale = (typeof LOCALES)[number];\n',
    'catalogue.ts':
      `${WRITTEN}import type { Locale } from './locales';\n` +
      languages.map((one) => `import { messages as ${name(one)} } from './messages/${one}/all';\n`).join('') +
      '\n/** All words of the pages and mails; scripts/check-messages.mjs holds every language against English. */\n' +
      `export const MESSAGES: Record<Locale, typeof ${SOURCE}> = { ${languages
        .map((one) => (name(one) === one ? one : `'${one}': ${name(one)}`))
        .join(', ')} };\n`,
  };
}

/** One line for each of those files that says something else than the folders do. */
function staleLists() {
  return Object.entries(listsOf(readdirSync(FOLDER)))
    .filter(([file, text]) => readFileSync(join(HOME, file), 'utf8') !== text)
    .map(
      ([file]) =>
        `lib/i18n/${file} does not name the folders there are: node scripts/check-messages.mjs --write`,
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) {
    for (const [file, text] of Object.entries(listsOf(readdirSync(FOLDER)))) {
      writeFileSync(join(HOME, file), text);
    }
  }
  const wrong = [...staleLists(), ...wrongMessages()];
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) process.exit(1);
}
