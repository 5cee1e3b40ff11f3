import { withoutFormulas } from '../audit/csv-line';
import type { HubAccess, HubListNames } from '../db/hub-access';
import type { HubListEventView } from './view-hub-list';

/** What is written about a hub's list. */
export type HubListContent = {
  hub: string;
  access: HubAccess;
  people: readonly string[];
  units: readonly string[];
  events: readonly Pick<HubListEventView, 'name' | 'title' | 'phase' | 'endsAt' | 'participants'>[];
};

/**
 * The list as lines of a jupyterhub_config.py, so that the hub's own door has the same list as the gate.
 * A unit cannot be said there, and an empty set would let everybody in before JupyterHub 5: both are
 * told in a comment instead. Of an event that runs there are the names, below a comment: they end with it.
 */
export function allowedUsersText({ hub, access, people, units, events }: HubListContent): string {
  const lines = [`# Who may enter ${hub}, as the gate has it.`];
  if (access === 'any-valid') {
    lines.push('# The gate lets every valid certificate in; these are the names on its list all the same.');
  }
  for (const unit of units) {
    lines.push(
      `# The gate also lets in everybody of the unit ${pythonText(unit)}, which cannot be said here.`,
    );
  }
  const names = people.map((name) => `    ${pythonText(name)},`);
  const known = new Set(people);
  for (const { name, title, phase, endsAt, participants } of events) {
    const event = `the event ${name}, ${pythonText(title)}`;
    if (phase !== 'running') {
      lines.push(`# The list also names ${event}, which does not run now (${phase}).`);
      continue;
    }
    names.push(`    # Of ${event}, until ${endsAt}: export again then.`);
    for (const one of participants) if (!known.has(one)) names.push(`    ${pythonText(one)},`);
  }
  if (!names.some((line) => !line.trim().startsWith('#'))) {
    lines.push('# Nobody is on the list by name. An empty set would let everybody in before JupyterHub 5.');
  } else {
    lines.push('c.Authenticator.allowed_users = {', ...names, '}');
  }
  return `${lines.join('\n')}\n`;
}

/** The list as CSV (RFC 4180) with the columns kind and name; what a spreadsheet would run as a formula gets an apostrophe. */
export function hubListCsv({ people, units, events }: HubListNames): string {
  const rows = (kind: string, names: readonly string[]) =>
    names.map((name) => `${kind},${csvText(name)}\r\n`).join('');
  return `kind,name\r\n${rows('person', people)}${rows('unit', units)}${rows('event', events)}`;
}

/** A text as Python and this portal read it: ASCII, in single quotes. */
function pythonText(text: string): string {
  const escaped = text.replace(/[^\x20-\x7e]|['\\]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (char === "'" || char === '\\') return `\\${char}`;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `'${escaped}'`;
}

function csvText(name: string): string {
  const text = withoutFormulas(name);
  return /[",;\t\r\n']|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
