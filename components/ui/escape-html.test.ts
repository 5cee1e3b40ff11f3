import { expect, it } from 'vitest';

import { asciiHtml, escapeHtml } from './escape-html';

it('leaves markup as it is and names every character beyond ASCII', () => {
  expect(asciiHtml('<b title="a · b">Biología 🔭</b>')).toBe(
    '<b title="a &#183; b">Biolog&#237;a &#128301;</b>',
  );
});

it('leaves C1 controls alone, whose references would mean other characters', () => {
  expect(asciiHtml('a\u0080b')).toBe('a\u0080b');
});

it('makes data of markup in the words of others', () => {
  expect(asciiHtml(escapeHtml(`<é "'&>`))).toBe('&lt;&#233; &quot;&#39;&amp;&gt;');
});
