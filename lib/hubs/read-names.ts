import { HubgateError } from '../errors';

/**
 * Reads a list of names: one a line, `#` begins a comment, a line `OU=…` is a unit, `event=E-…`
 * an event. Where the first line is
 * the head of a table with a column `name`, the rest is CSV (RFC 4180): `kind`, if it is there, says `person`,
 * `unit` or `event`; other columns are passed over. A byte order mark and CRLF are forgiven.
 *
 * @throws {HubgateError} `hub.list` with the line, when a quote is not closed or a kind is unknown
 */
export function readNames(text: string): { people: string[]; units: string[]; events: string[] } {
  const clean = text.replace(/^\uFEFF/, '');
  const head = (clean.split(/\r?\n/, 1)[0] ?? '').split(/[,;]/).map((cell) => cell.trim().toLowerCase());
  const nameAt = head.findIndex((cell) => ['name', 'cn', 'person', 'account'].includes(cell));
  const found = { people: new Set<string>(), units: new Set<string>(), events: new Set<string>() };
  if (nameAt === -1) {
    for (const raw of clean.split(/\r?\n/)) {
      const line = raw.replace(/(?:^|\s)#.*$/, '').trim();
      if (line === '') continue;
      const [, kind, name] = /^(OU|event)=\s*(.+)$/i.exec(line) ?? [];
      if (kind === undefined || name === undefined) found.people.add(line);
      else found[kind.toLowerCase() === 'ou' ? 'units' : 'events'].add(name);
    }
  } else {
    const kindAt = head.indexOf('kind');
    const separator = (clean.split(/\r?\n/, 1)[0] ?? '').includes(';') ? ';' : ',';
    for (const { line, cells } of csvRows(clean, separator).slice(1)) {
      const name = (cells[nameAt] ?? '').trim();
      if (name === '') continue;
      const kind = (kindAt === -1 ? '' : (cells[kindAt] ?? '')).trim().toLowerCase();
      if (kind === 'unit') found.units.add(name);
      else if (kind === 'event') found.events.add(name);
      else if (kind === 'person' || kind === '') found.people.add(name);
      else throw listError(line, `"${kind.slice(0, 40)}" is no kind: person, unit or event.`);
    }
  }
  return { people: [...found.people], units: [...found.units], events: [...found.events] };
}

function csvRows(text: string, separator: string): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  let line = 1;
  let began = 1;
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let index = 0; index <= text.length; index += 1) {
    const char = text[index];
    if (quoted) {
      if (char === undefined) throw listError(began, 'A quote is not closed.');
      if (char === '\n') line += 1;
      if (char !== '"') cell += char;
      else if (text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else quoted = false;
    } else if (char === '"' && cell.trim() === '') {
      quoted = true;
      cell = '';
    } else if (char === separator) {
      cells.push(cell);
      cell = '';
    } else if (char === '\n' || char === undefined) {
      rows.push({ line: began, cells: [...cells, cell.replace(/\r$/, '')] });
      line += 1;
      began = line;
      cells = [];
      cell = '';
    } else cell += char;
  }
  return rows;
}

function listError(line: number, why: string): HubgateError {
  return new HubgateError('hub.list', `Line ${line}: ${why}`, { field: 'text', params: { line } });
}
