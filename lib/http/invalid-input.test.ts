import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { MESSAGES } from '../i18n/catalogue';
import { errorText } from './error-text';
import { invalidInput } from './invalid-input';
import { jsonField } from './json-field';

const ROOT = join(import.meta.dirname, '..', '..');

const Form = z.object({
  name: z.string().min(3).max(5),
  id: z.string().regex(/^R-/),
  ticked: z.array(z.string()).min(2).max(3),
  seats: z.coerce.number().int().min(1).max(9),
  mode: z.enum(['a', 'b']),
  list: z.string().refine((text) => text !== 'x', { message: 'a list such as y' }),
  touch: jsonField(z.object({}), { maxLength: 9, reason: 'touch' }),
});
const GOOD = { name: 'abc', id: 'R-1', ticked: ['a', 'b'], seats: '3', mode: 'a', list: 'y', touch: '{}' };

function refused(change: Record<string, unknown>) {
  const fields = { ...GOOD, ...change };
  const parsed = Form.safeParse(fields);
  if (parsed.success) throw new Error('nothing was refused');
  return invalidInput(parsed.error, fields);
}

describe('a form that its schema refuses', () => {
  it.each([
    [{ name: undefined }, 'name', 'Something has to stand here.', 'Falta un dato aquí.'],
    [{ name: '' }, 'name', 'Something has to stand here.', 'Falta un dato aquí.'],
    [{ name: 'ab' }, 'name', '3 characters at least.', 'como mínimo 3 caracteres.'],
    [{ name: 'abcdef' }, 'name', '5 characters at most.', 'como máximo 5 caracteres.'],
    [{ id: 'x' }, 'id', 'not written as it is needed here', 'No está escrito en la forma'],
    [{ ticked: ['a'] }, 'ticked', 'Choose 2 at least.', 'Elegir al menos 2.'],
    [{ ticked: ['a', 'b', 'c', 'd'] }, 'ticked', '3 at most.', 'como máximo 3.'],
    [{ seats: '0' }, 'seats', 'too low: 1 at least.', 'como mínimo 1.'],
    [{ seats: '10' }, 'seats', 'too high: 9 at most.', 'como máximo 9.'],
    [{ mode: 'c' }, 'mode', 'This is not accepted here.', 'no se acepta aquí'],
    [{ list: 'x' }, 'list', 'This is not accepted here.', 'no se acepta aquí'],
    [{ touch: '{' }, 'touch', 'The answer of the passkey cannot be read.', 'No se puede leer la respuesta'],
  ])('%j is refused at %s in words for people', (change, field, english, spanish) => {
    const error = refused(change);
    expect(error).toMatchObject({ code: 'http.invalid', field });
    expect(errorText('en', error).message).toContain(english);
    expect(errorText('es', error).message).toContain(spanish);
  });

  it('has a sentence for every reason that the code gives, and gives every one that has a sentence', () => {
    const schemas = [
      { name: '' },
      { name: 'ab' },
      { name: 'abcdef' },
      { id: 'x' },
      { ticked: ['a'] },
      { ticked: ['a', 'b', 'c', 'd'] },
      { seats: '0' },
      { seats: '10' },
      { mode: 'c' },
    ].map((change) => String(refused(change).params['reason']));
    const given = new Set([...schemas, ...refusals().flatMap(({ reasons }) => reasons)]);
    expect([...given].sort()).toEqual(Object.keys(MESSAGES.en.refusals.http_invalid).sort());
  });

  it('is refused by the rules, too, for a reason that the catalogues word', () => {
    const all = refusals();
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter(({ reasons }) => reasons.length === 0).map(({ where }) => where)).toEqual([]);
  });
});

/** Only programs and commands come here, which are answered in English. */
const NOT_BY_FORMS = /^lib\/(?:cli|testing)\/|^lib\/http\/(?:route|renew-from-api)\.ts$/;
/** Says its sentence in the visitor's language itself. */
const WORDED = /function wordedRefusal/;

/** Where the code refuses what a form holds, by `http.invalid` or by a field's own schema. */
function refusals(): { where: string; reasons: string[] }[] {
  return ['app', 'lib']
    .flatMap((top) =>
      readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((name) => `${top}/${name}`),
    )
    .filter((file) => /(?<!\.test)\.tsx?$/.test(file) && !NOT_BY_FORMS.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      const thrown = [
        ...text.matchAll(/new HubgateError\(\s*'http\.invalid',[^]*?\);|jsonField\(\w[^;]*?\}\)/g),
      ];
      return thrown
        .filter(
          ({ index, 0: found }) => !WORDED.test(text.slice(index - 200, index)) && !/sentence/.test(found),
        )
        .map(({ 0: found }) => ({
          where: `${file}: ${found}`,
          reasons: [...found.matchAll(/reason: '([a-z-]+)'/g)].map(([, reason = '']) => reason),
        }));
    });
}
