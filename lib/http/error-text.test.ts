import { describe, expect, it } from 'vitest';

import { HubgateError } from '../errors';
import { MESSAGES } from '../i18n/catalogue';
import { STATUS } from './status';
import { checkPrintable } from '../x509/printable-text';
import { checkAccountName, checkServerName } from '../x509/subject-policy';
import { wordedRefusal } from './action';
import { errorText } from './error-text';

/** What a rule really throws. */
function thrownBy(run: () => unknown): HubgateError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof HubgateError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
}

describe('a refusal in Spanish', () => {
  it.each([
    [() => checkAccountName('Alicia', '[a-z]+'), 'Ese no es un nombre de cuenta'],
    [() => checkAccountName('root', '[a-z]+'), '«root» es una cuenta del sistema'],
    [() => checkPrintable('a\u0000b', 'name'), 'El nombre contiene un salto de línea'],
    [() => checkPrintable('', 'note'), 'El texto de la nota está vacío'],
    [() => checkServerName('a b', []), 'Eso no es un nombre de servidor'],
    [() => checkServerName('a.example.org', []), 'No está entre los nombres'],
  ])('%s has the sentence of its case', (run, start) => {
    const error = thrownBy(run);
    const text = errorText('es', error);
    expect(text.message.startsWith(start)).toBe(true);
    expect(errorText('en', error).message).toBe(error.message);
  });

  it('writes numbers and instants as the language does', () => {
    const late = new HubgateError('http.too-many', 'x', { params: { retryAfterSeconds: 1 } });
    expect(errorText('es', late).message).toContain('en 1 segundo.');
    const early = new HubgateError('invitation.early', 'x', {
      params: { startsAt: '2026-12-01T08:30:00.000Z' },
    });
    expect(errorText('es', early).message).toContain('1 de diciembre de 2026 a las 8:30 UTC');
  });

  it('says the title rather than an English sentence where the catalogue has none for the case', () => {
    const unknown = new HubgateError('auth.passkey', 'English words', {});
    const lacking = new HubgateError('certificate.count', 'English words', { params: { count: 3 } });
    const otherCase = new HubgateError('request.san', 'English words', { params: { reason: 'new' } });
    for (const error of [unknown, lacking, otherCase]) {
      const { message, title } = errorText('es', error);
      expect(message).toBe(title);
      expect(message).not.toContain('English');
    }
  });

  it('keeps the words of the page itself, when they are of this language', () => {
    const own = wordedRefusal('es', 'Elegir al menos uno.', 'serial');
    expect(errorText('es', own).message).toBe('Elegir al menos uno.');
    expect(errorText('es', wordedRefusal('en', 'Choose one.', 'serial')).message).not.toContain('Choose');
  });

  it('has sentences for codes that exist only', () => {
    const codes = new Set(Object.keys(STATUS).map((code) => code.replaceAll('.', '_')));
    expect(Object.keys(MESSAGES.en.refusals).filter((code) => !codes.has(code))).toEqual([]);
  });
});
