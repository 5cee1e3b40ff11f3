import { LOCALES, type Locale } from './locales';

/** Longer lists are cut: no browser sends that much. */
const HEADER_MAX = 400;

/**
 * The offered language of the highest quality in an Accept-Language header; of equal ones the first
 * named. Ranges match by their first subtag, so that es-CL finds es. `q=0` rules a language out, `*` stands for
 * those not named, and whoever wants none of them gets the site's first.
 */
export function wantedLanguage(header: string | null, offered: readonly Locale[]): Locale {
  const ranges = (header ?? '')
    .slice(0, HEADER_MAX)
    .split(',')
    .map(readRange)
    .filter((range) => range !== null);
  const named = ranges.map(({ language }) => language);
  const fallback = offered[0] ?? LOCALES[0];
  const wishes = ranges
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality); // stable: the order named decides
  for (const { language } of wishes) {
    const found =
      language === '*'
        ? offered.find((locale) => !named.includes(locale))
        : offered.find((locale) => locale === language);
    if (found !== undefined) return found;
  }
  return offered.find((locale) => !named.includes(locale)) ?? fallback;
}

/** `es-CL;q=0.8`: a language range and its weight (sections 12.4.2 and 12.5.4); null when it is neither. */
function readRange(text: string): { language: string; quality: number } | null {
  const match =
    /^\s*([a-z]{1,8}(?:-[a-z\d]{1,8})*|\*)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i.exec(text);
  if (match === null) return null;
  const [, range = '', weight = '1'] = match;
  return { language: range.toLowerCase().split('-')[0] ?? '', quality: Number(weight) };
}
