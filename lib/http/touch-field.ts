import { z } from 'zod';

import { TouchAnswer } from '../identity/touch-answer';

/** A touch as it stands in a form's field: the browser's answer, as JSON. */
export const TouchField = z
  .string()
  .max(32_768)
  .transform((text, ctx): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      ctx.addIssue({ code: 'custom', message: 'The touch is not readable.' });
      return z.NEVER;
    }
  })
  .pipe(TouchAnswer);
