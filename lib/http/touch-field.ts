import { TouchAnswer } from '../identity/touch-answer';
import { jsonField } from './json-field';

/** A touch as it stands in a form's field: the browser's answer, as JSON. */
export const TouchField = jsonField(TouchAnswer, {
  maxLength: 32_768,
  reason: 'touch',
});
