const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of others as data in markup that is put together by hand, in an element or an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => ESCAPES[character] ?? '');
}

/**
 * The same HTML in ASCII: every other character as a reference. Not for scripts and styles. C1 controls
 * stay: their references mean other characters (HTML, 13.2.5.80).
 */
export function asciiHtml(html: string): string {
  return html.replace(/[\u00a0-\u{10ffff}]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
