/**
 * Holds the catalogues of all languages against English: the same keys, the same arguments with the same
 * kinds, the same places of `**bold**` and `` `code` ``, and no sentence left in English.
 * Node's own modules only: the build runs it first, in a few milliseconds.
 *
 * A language is a file. Bundlers follow written imports only, so two modules name the files there are;
 * they are written here, whenever a file came or went.
 *
 * `node scripts/check-messages.mjs`
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
 * @param {string} folder one JSON file per language
 * @returns {string[]}
 */
export function wrongMessages(folder = FOLDER) {
  const source = readLanguage(folder, SOURCE);
  return languagesIn(folder)
    .filter((language) => language !== SOURCE)
    .flatMap((language) => compare(language, source, readLanguage(folder, language)));
}

const languagesIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();

/** Key → sentence. */
function readLanguage(folder, language) {
  return new Map(sentences(JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8')), ''));
}

function sentences(node, prefix) {
  return Object.entries(node).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}${key}`, value]] : sentences(value, `${prefix}${key}.`),
  );
}

function compare(language, source, found) {
  const where = (key) => `${language}.json: ${key}`;
  const wrong = [...source].flatMap(([key, english]) => {
    const sentence = found.get(key);
    return sentence === undefined
      ? [`${where(key)} is missing (en: ${JSON.stringify(english)})`]
      : differences(english, sentence).map((what) => `${where(key)} ${what}`);
  });
  const left = [...found.keys()].filter((key) => !source.has(key));
  return [...wrong, ...left.map((key) => `${where(key)} is not in ${SOURCE}.json`)];
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

const WRITTEN = '// Written by scripts/check-messages.mjs from the files of lib/i18n/messages.\n';

/**
 * The modules that name every language, as they have to be: name → text.
 *
 * @param {string[]} found the languages that there are; the one that the code is written in comes first
 */
export function listsOf(found) {
  const languages = [SOURCE, ...found.filter((name) => name !== SOURCE).sort()];
  const name = (language) => language.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  const entries = languages.map((one) => (name(one) === one ? one : `'${one}': ${name(one)}`));
  return {
    'locales.ts':
      `${WRITTEN}/** The languages of the pages and mails. The first is the one that the code is written in. */\n` +
      `export const LOCALES = [${languages.map((one) => `'${one}'`).join(', ')}] as const;\n` +
      'export type Locale = (typeof LOCALES)[number];\n',
    'catalogue.ts':
      `${WRITTEN}import type { Locale } from './locales';\n` +
      languages.map((one) => `import ${name(one)} from './messages/${one}.json';\n`).join('') +
      '\n/** All words of the pages and mails; scripts/check-messages.mjs holds every language against English. */\n' +
      `export const MESSAGES: Record<Locale, typeof ${SOURCE}> = { ${entries.join(', ')} };\n`,
  };
}

/**
 * Names the languages there are in the modules that have to; a module that does is not touched.
 *
 * @returns {string[]} the modules that were written
 */
export function nameLanguages(home = HOME) {
  const lists = Object.entries(listsOf(languagesIn(join(home, 'messages'))));
  const stale = lists.filter(([file, text]) => readFileSync(join(home, file), 'utf8') !== text);
  for (const [file, text] of stale) writeFileSync(join(home, file), text);
  return stale.map(([file]) => file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const file of nameLanguages()) console.log(`lib/i18n/${file} names the languages there are now`);
  const wrong = wrongMessages();
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) process.exit(1);
}
