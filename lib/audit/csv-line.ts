/**
 * One record of RFC 4180, with its line end. A text that a spreadsheet would take for a formula gets an
 * apostrophe before it, which spreadsheets read as "this is text" (OWASP, "CSV Injection"): events hold
 * what strangers typed.
 */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // Full-width forms too: some spreadsheets take them for the plain ones.
  const text = /^[\s\u0000]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u.test(value) ? `'${value}` : value;
  return /[",\r\n\t']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
