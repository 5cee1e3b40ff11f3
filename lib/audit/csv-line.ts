/**
 * A text that no spreadsheet takes for a formula: an apostrophe before it says "this is text" (OWASP, "CSV
 * Injection"). Inside too, where a spreadsheet that splits at `;`, tabs or lines would begin another cell,
 * whatever quotes stand there. Names of accounts stay as they are.
 */
export function withoutFormulas(text: string): string {
  // Full-width forms too: some spreadsheets take them for the plain ones.
  const inside = text.replace(/([;\t\r\n])(?=[\s\u0000"]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/gu, "$1'");
  return /^[\s\u0000]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u.test(inside) ? `'${inside}` : inside;
}

/**
 * One record of RFC 4180, with its line end, and without formulas: events hold what strangers typed.
 */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = withoutFormulas(value);
  return /[",\r\n\t']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
