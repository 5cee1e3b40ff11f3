import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { MESSAGES } from '../i18n/catalogue';
import { errorText } from './error-text';
import { invalidInput } from './invalid-input';

const Form = z.object({
  name: z.string().min(3).max(5),
  id: z.string().regex(/^R-/),
  ticked: z.array(z.string()).min(2).max(3),
  seats: z.coerce.number().int().min(1).max(9),
  mode: z.enum(['a', 'b']),
  list: z.string().refine((text) => text !== 'x', { message: 'Send another list.' }),
});
const GOOD = { name: 'abc', id: 'R-1', ticked: ['a', 'b'], seats: '3', mode: 'a', list: 'y' };

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
    [{ list: 'x' }, 'list', 'Send another list.', 'no se acepta aquí'],
  ])('%j is refused at %s in words for people', (change, field, english, spanish) => {
    const error = refused(change);
    expect(error).toMatchObject({ code: 'http.invalid', field });
    expect(errorText('en', error).message).toContain(english);
    expect(errorText('es', error).message).toContain(spanish);
  });

  it('uses every sentence that the catalogue has for it', () => {
    const reasons = [
      { name: '' },
      { name: 'ab' },
      { name: 'abcdef' },
      { id: 'x' },
      { ticked: ['a'] },
      { ticked: ['a', 'b', 'c', 'd'] },
      { seats: '0' },
      { seats: '10' },
      { mode: 'c' },
    ].map((change) => refused(change).params['reason']);
    expect(reasons.sort()).toEqual(Object.keys(MESSAGES.en.refusals.http_invalid).sort());
  });
});
