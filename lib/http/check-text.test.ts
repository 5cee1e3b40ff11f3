import { describe, expect, it } from 'vitest';

import { ConfigSchema } from '../config/schema';
import { HubgateError } from '../errors';
import { MESSAGES } from '../i18n/catalogue';
import { LOCALES } from '../i18n/locales';
import { CHECK_SENTENCES } from '../x509/check-sentences';
import { previewRows } from '../requests/preview-rows';
import { said, saidTogether, type CheckResult, type CheckSentence } from '../x509/check-result';
import { saidText, wordedChecks, wordedRows } from './check-text';
import { errorText } from './error-text';

const NAMES = Object.entries(CHECK_SENTENCES).flatMap(([check, cases]) =>
  Object.keys(cases).map((one) => `${check}.${one}` as CheckSentence),
);
const OTHERS = LOCALES.slice(1);

describe('what checks find', () => {
  it('is in the catalogue word for word as the code says it', () => {
    expect(MESSAGES.en.checks).toEqual(CHECK_SENTENCES);
  });

  it.each(NAMES)('has a sentence with the same values in every language: %s', (sentence) => {
    const text = saidText('en', said(sentence as 'csr_form.ok'));
    const [check = '', one = ''] = sentence.split('.');
    const english = (CHECK_SENTENCES as Record<string, Record<string, string>>)[check]?.[one] ?? '';
    const places = [...english.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const params = Object.fromEntries(places.map((name) => [name, `<${name}>`]));
    for (const locale of OTHERS) {
      const words = saidText(locale, { message: text, says: [{ sentence, params }] });
      expect(words).not.toBe(text);
      for (const name of places) expect(words).toContain(`<${name}>`);
    }
  });

  it('stands with its values, instants as people of the language write them', () => {
    const ended = said('validity.ended', { until: '2026-12-01T08:30:00.000Z' });
    expect(ended.message).toBe('It expired on 2026-12-01 08:30 UTC.');
    expect(saidText('es', ended)).toBe('Venció el 1 de diciembre de 2026 a las 8:30 UTC.');
  });

  it('is one text where it is made of several sentences', () => {
    const found = saidTogether([
      said('request_account.named', { account: 'alice', name: 'Alice Liddell' }),
      said('request_account.groups', { groups: 'users, staff' }),
      said('request_account.by-sign-in'),
    ]);
    expect(found.message).toBe(
      'The account alice exists: Alice Liddell. Groups: users, staff. The requester signed in with it.',
    );
    expect(saidText('es', found)).toBe(
      'La cuenta alice existe: Alice Liddell. Grupos: users, staff. Quien la pide inició sesión con ella.',
    );
  });

  it('names the states of other requests as the pages do', () => {
    const found = said('request_key-before.others', { requests: 'R-7K3F9Q2M (REJECTED)' });
    expect(saidText('es', found)).toBe('La misma clave llegó con R-7K3F9Q2M (Rechazada).');
    expect(saidText('en', found)).toContain('(REJECTED)');
  });

  it('takes no braces of a stranger for places of its own', () => {
    const found = said('request_sponsor.noted', { sponsor: '{note}', note: "it's {sponsor} '{x}'" });
    expect(found.message).toBe("{note} vouches for the person: “it's {sponsor} '{x}'”");
    expect(saidText('es', found)).toBe("{note} avala a la persona: «it's {sponsor} '{x}'»");
  });

  it('of rows without names says whether it passed, and nothing in English', () => {
    const stored: CheckResult[] = [
      { code: 'csr.form', ok: true, level: 'info', message: 'English words' },
      { code: 'key.ed25519', ok: false, level: 'warn', message: 'English words' },
    ];
    expect(wordedChecks('en', stored).map(({ message }) => message)).toEqual([
      'English words',
      'English words',
    ]);
    expect(wordedChecks('es', stored).map(({ message }) => message)).toEqual([
      'Sin problemas cuando llegó la solicitud.',
      'En contra desde que llegó la solicitud.',
    ]);
  });

  it('words the rules of a preview, and leaves values as they are', () => {
    const facts = {
      profile: 'user' as const,
      commonName: 'alice',
      asked: { commonName: 'alice', email: null, names: [], subject: 'CN=alice' },
      email: 'alice@example.org',
      emailState: 'unproven' as const,
      keyLabel: 'P-256',
      lifetimeDays: 90,
      dnsNames: [],
      ipAddresses: [],
      ignoredExtensions: ['basicConstraints'],
    };
    const rows = previewRows(ConfigSchema.parse({}), facts);
    const spanish = wordedRows('es', rows);
    expect(Object.fromEntries(spanish.map(({ field, policy }) => [field, policy]))).toMatchObject({
      organisation: 'fijado por el centro',
      email: 'solo si el correo está verificado o un aprobador lo avala',
      life: '365 días',
      usage: 'según el perfil',
      extensions: 'las extensiones vienen del perfil',
    });
    const life = (of: typeof rows) => of.find(({ field }) => field === 'life')?.issued;
    expect([life(spanish), life(rows)]).toEqual(['90 días', '90 days']);
    expect(spanish[0]?.issued).toBe('alice');
    expect(wordedRows('en', rows)).toEqual(rows);
  });

  it('is the sentence of the refusal that follows from it', () => {
    const error = new HubgateError('csr.weak-key', 'English words', {
      params: { says: 'key_size.bad', bits: 1024, least: 2048, most: 8192 },
    });
    expect(errorText('es', error).message).toContain('tiene 1024 bits; se aceptan de 2048 a 8192');
  });
});
