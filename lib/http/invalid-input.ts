import type { z } from 'zod';

import { HubgateError, type ErrorParams } from '../errors';
import { MESSAGES } from '../i18n/catalogue';
import { LOCALES } from '../i18n/locales';
import { translator } from '../i18n/translator';

/**
 * The first thing that a schema finds wrong with a form, as a refusal for people: zod's own sentences are
 * for programs. A rule that one of our schemas adds names its sentence, as `params: { reason }`.
 *
 * @param fields what was sent, by name
 */
export function invalidInput(error: z.ZodError, fields: Readonly<Record<string, unknown>>): HubgateError {
  const [issue] = error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  const params = issue === undefined ? { reason: 'other' } : caseOf(issue, fields);
  const sentence = translator(LOCALES[0])(`refusals.http_invalid.${params.reason}`, params);
  return new HubgateError('http.invalid', sentence, {
    ...(field === '' ? {} : { field }),
    params,
  });
}

type Case = ErrorParams & { readonly reason: string };

function caseOf(issue: z.core.$ZodIssue, fields: Readonly<Record<string, unknown>>): Case {
  const [name] = issue.path;
  const sent = name === undefined ? fields : fields[String(name)];
  if (sent === undefined || sent === '') return { reason: 'missing' };
  switch (issue.code) {
    case 'too_big':
      return { reason: LARGE[issue.origin] ?? 'other', limit: Number(issue.maximum) };
    case 'too_small':
      return { reason: SMALL[issue.origin] ?? 'other', limit: Number(issue.minimum) };
    case 'invalid_format':
      return { reason: 'format' };
    case 'custom':
      return { reason: nameOf(issue.params) };
    default:
      return { reason: 'other' };
  }
}

/** What a rule of our own says, where the catalogues have it. */
function nameOf(params: Readonly<Record<string, unknown>> | undefined): string {
  const reason = String(params?.['reason']);
  return Object.hasOwn(MESSAGES[LOCALES[0]].refusals.http_invalid, reason) ? reason : 'other';
}

const LARGE: Readonly<Record<string, string>> = {
  string: 'too-long',
  array: 'too-many',
  number: 'too-high',
  int: 'too-high',
};
const SMALL: Readonly<Record<string, string>> = {
  string: 'too-short',
  array: 'too-few',
  number: 'too-low',
  int: 'too-low',
};
