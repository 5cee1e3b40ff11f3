import { ERROR_CODES, type ErrorCode, type ErrorParams, type HubgateError } from '../errors';
import { MESSAGES } from '../i18n/catalogue';
import { LOCALES, type Locale } from '../i18n/locales';
import { translator } from '../i18n/translator';

/**
 * A refusal in the visitor's words: the catalogue's title and advice, and the sentence of the case.
 * `null` is what nobody foresaw.
 *
 * The sentence of the case is the error's own message in the language that the code is written in.
 * In any other it comes from the catalogue (`refusals`), by the code and what `params` say of the case;
 * where it has none, the title stands in: half a refusal in English helps nobody who reads none.
 */
export function errorText(
  locale: Locale,
  error: Pick<HubgateError, 'code' | 'message' | 'params'> | null,
): { title: string; message: string; advice: string } {
  const t = translator(locale);
  if (error === null) {
    const title = t('errors.unexpected.title');
    return { title, message: title, advice: t('errors.unexpected.advice') };
  }
  const params = worded(error.params, locale);
  const key = `errors.${error.code.replaceAll('.', '_')}`;
  const title = t(`${key}.title`, params);
  return {
    title,
    message: sentenceOf(locale, error, params) ?? title,
    advice: t(`${key}.advice`, params),
  };
}

/** A refusal that was stored: its own sentence where that is of the language, else what its code means. */
export function storedRefusal(locale: Locale, code: string, message: string | null): string {
  if (locale === LOCALES[0] && message !== null) return message;
  const known = ERROR_CODES.find((one) => one === code);
  return known === undefined ? errorText(locale, null).title : codeText(locale, known);
}

/** A refusal of which only the code is known, in a sentence or two. */
function codeText(locale: Locale, code: ErrorCode): string {
  const { title, advice } = errorText(locale, { code, message: '', params: {} });
  return advice === '' ? `${title}.` : `${title}. ${advice}`;
}

/** With what any call to the signer that a page's script makes may be refused. */
const CALL_CODES = [
  'signer.down',
  'signer.busy',
  'auth.required',
  'auth.forbidden',
  'auth.step-up',
  'http.too-many',
] as const satisfies readonly ErrorCode[];

/**
 * In a sentence or two each, the codes that a page's call to the signer may be refused with, for the script
 * that makes it.
 *
 * @param own beside those that every such call may meet
 */
export function codeTexts(locale: Locale, own: readonly ErrorCode[]): Record<string, string> {
  return Object.fromEntries([...own, ...CALL_CODES].map((code) => [code, codeText(locale, code)]));
}

/** How a page's own action says that its sentence is in the visitor's language already. */
export const WORDED_IN = 'wordedIn';

/** Names the sentence of a check (CHECK_SENTENCES) that is the whole refusal. */
const SAYS = 'says';

function sentenceOf(
  locale: Locale,
  error: Pick<HubgateError, 'code' | 'message' | 'params'>,
  params: ErrorParams,
): string | null {
  if (error.params[WORDED_IN] === locale) return error.message;
  if (locale === LOCALES[0]) return error.message;
  const { [SAYS]: says } = error.params;
  if (typeof says === 'string') return translator(locale)(`checks.${says}`, params);
  const code = error.code.replaceAll('.', '_');
  const cases = (MESSAGES[locale].refusals as Record<string, Record<string, string> | undefined>)[code];
  const named = [params['reason'], params['state'], 'any'].map(String);
  const found = named.find((one) => cases !== undefined && Object.hasOwn(cases, one));
  const sentence = found === undefined ? undefined : cases?.[found];
  // Thrown in several places, and not all of them know every value.
  if (sentence === undefined || !argumentsOf(sentence).every((name) => Object.hasOwn(params, name)))
    return null;
  return translator(locale)(`refusals.${code}.${found ?? ''}`, params);
}

/** The names of a sentence's arguments; `{# days}` of a plural is none. */
const argumentsOf = (sentence: string): string[] =>
  [...sentence.matchAll(/\{(\w+)(?=[},])/g)].map(([, name = '']) => name);

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Instants of ISO 8601 as dates of the language, in UTC as on all pages. */
export function worded(params: ErrorParams, locale: Locale): ErrorParams {
  const dates = new Intl.DateTimeFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' && INSTANT.test(value) ? `${dates.format(new Date(value))} UTC` : value,
    ]),
  );
}
