import type { CheckResult, Said } from '../x509/check-result';
import { LOCALES, type Locale } from '../i18n/locales';
import { translator } from '../i18n/translator';
import { REQUEST_STATES } from '../requests/states';
import type { PreviewRow, RequestPreview } from '../requests/views';
import { worded } from './error-text';

/**
 * What a check found, in the visitor's words. As with refusals, the message itself is in the language that
 * the code is written in; any other takes the same sentences from the catalogue (`checks`), by name and values.
 */
export function saidText(locale: Locale, { message, says }: Said): string {
  if (locale === LOCALES[0]) return message;
  const t = translator(locale);
  return says
    .map(({ sentence, params }) =>
      inStateWords(t(`checks.${sentence}`, worded(params ?? {}, locale)), (state) =>
        t(`admin.state.${state}`),
      ),
    )
    .join(' ');
}

/** The same checks, each with its message in the visitor's words. */
export function wordedChecks(locale: Locale, checks: readonly CheckResult[]): CheckResult[] {
  return checks.map((check) => ({ ...check, message: checkText(locale, check) }));
}

/** The rows of a preview with their rules in the visitor's words. */
export function wordedRows(locale: Locale, rows: readonly PreviewRow[]): PreviewRow[] {
  const inWords = (message: string, says: Said['says'] | undefined) =>
    says === undefined ? message : saidText(locale, { message, says });
  return rows.map((row) => ({
    ...row,
    policy: inWords(row.policy, row.policySays),
    issued: row.issued === null ? null : inWords(row.issued, row.issuedSays),
  }));
}

/** What a certificate would hold, and what was found, in the visitor's words. */
export function wordedPreview(locale: Locale, preview: RequestPreview): RequestPreview {
  return {
    ...preview,
    rows: wordedRows(locale, preview.rows),
    checks: wordedChecks(locale, preview.checks),
  };
}

function checkText(locale: Locale, { message, says, ok }: CheckResult): string {
  if (says !== undefined) return saidText(locale, { message, says });
  // Stored before sentences had names: whether it passed is known, the words of then are English.
  return locale === LOCALES[0]
    ? message
    : translator(locale)(`admin.request.checkStored.${ok ? 'ok' : 'bad'}`);
}

const STATES = new RegExp(`\\((${REQUEST_STATES.join('|')})\\)`, 'g');

/** `R-7K3F9Q2M (REJECTED)`: states stand among the values as programs know them. */
function inStateWords(text: string, word: (state: string) => string): string {
  return text.replace(STATES, (_whole, state: string) => `(${word(state)})`);
}
