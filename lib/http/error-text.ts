import type { Translate } from '../ctx';
import type { HubgateError } from '../errors';

/**
 * A refusal in the visitor's words: the catalogue's title and advice, and the sentence of the case.
 * `null` is what nobody foresaw.
 */
export function errorText(
  t: Translate,
  error: Pick<HubgateError, 'code' | 'message' | 'params'> | null,
): { title: string; message: string; advice: string } {
  if (error === null) {
    const title = t('errors.unexpected.title');
    return { title, message: title, advice: t('errors.unexpected.advice') };
  }
  const key = `errors.${error.code.replaceAll('.', '_')}`;
  return {
    title: t(`${key}.title`, error.params),
    message: error.message,
    advice: t(`${key}.advice`, error.params),
  };
}
