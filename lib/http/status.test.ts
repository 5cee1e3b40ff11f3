import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { ERROR_CODES, HubgateError } from '../errors';
import { MESSAGES } from '../i18n/catalogue';
import { errorText } from './error-text';
import { STATUS } from './status';

const documented = new Map(
  [
    ...readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').matchAll(
      /^\| `([a-z.-]+)`\s*\| (\d{3})\s*\|/gm,
    ),
  ].map(([, code = '', status]) => [code, Number(status)]),
);

describe('every error code', () => {
  it('stands in docs/errors.md with its status, and no other does', () => {
    expect(Object.fromEntries(documented)).toEqual(STATUS);
    expect(Object.keys(STATUS).sort()).toEqual([...ERROR_CODES].sort());
  });

  it('has a title and advice in the catalogue, and the catalogue has no others', () => {
    const keys = ERROR_CODES.map((code) => code.replaceAll('.', '_'));
    expect(Object.keys(MESSAGES.en.errors).sort()).toEqual([...keys, 'unexpected'].sort());
  });

  it.each(ERROR_CODES)('%s is worded without needing values', (code) => {
    const text = errorText('en', new HubgateError(code, 'what happened'));
    expect(text.title).not.toBe('');
    expect(text.advice).not.toBe('');
    expect(text.title).not.toMatch(/^errors\./);
  });
});
