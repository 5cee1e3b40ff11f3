import { readLiteral, type PythonValue } from './python-literal';

/** Where a jupyterhub_config.py names people, and what could not be read. */
export type AllowedUsers = {
  /** In the order of the file, each once. */
  people: string[];
  /** Those of them that are there as administrators: JupyterHub lets them in with the others. */
  admins: string[];
  problems: AllowedUsersProblem[];
};
export type AllowedUsersProblem = {
  /** Counted from 1. */
  line: number;
  /** `not-literal`: names that only Python itself would know, such as from a file or a loop. */
  code: 'not-literal' | 'unfinished';
  text: string;
};

/** JupyterHub's names for it; `whitelist` until 1.2 (its changelog). */
const LIST = /^(?:c|config)\.[A-Za-z_]\w*\.(allowed_users|whitelist|admin_users)$/;

/**
 * Reads `allowed_users` (formerly `whitelist`) and `admin_users` out of a jupyterhub_config.py, without
 * running it: assignments of literals only, `c.….allowed_users = {'alice', "bob"}`, also set([…]), lists and
 * tuples, `|=`, `+=`, `.update(…)`, `.add(…)`. Assigning again replaces, as in Python. What is not a literal
 * is told by line, and the rest is read on.
 *
 * Never throws, whatever the text is; runs in linear time.
 *
 * @param text at most LIST_MAX_CHARS of import-hub-list.ts
 */
export function readAllowedUsers(text: string): AllowedUsers {
  const found = { allowed: new Set<string>(), admins: new Set<string>() };
  const problems: AllowedUsersProblem[] = [];
  for (const { line, at, target, rest } of statements(text)) {
    const name = LIST.exec(target.replace(/\.(?:update|add)$/, ''))?.[1];
    if (name === undefined) continue;
    const into = name === 'admin_users' ? found.admins : found.allowed;
    const { value, end } = readLiteral(text, rest);
    const names = end === null ? null : namesOf(value);
    if (names === null || !endsThere(text, end ?? rest)) {
      problems.push({
        line,
        code: end === null && value === 'unfinished' ? 'unfinished' : 'not-literal',
        text: lineAt(text, at),
      });
      continue;
    }
    const adds =
      /\.(?:update|add)$/.test(target) || /[|+]=\s*$/.test(text.slice(Math.max(at, rest - 8), rest));
    if (!adds) into.clear();
    for (const one of names) into.add(one);
  }
  return {
    people: [...new Set([...found.allowed, ...found.admins])],
    admins: [...found.admins].filter((one) => !found.allowed.has(one)),
    problems,
  };
}

/** Each statement that assigns or calls something of a dotted name, at the beginning of a line. */
function* statements(text: string): Generator<{ line: number; at: number; target: string; rest: number }> {
  let line = 0;
  let at = 0;
  let string: string | null = null; // the quotes of a text over several lines that is open
  for (const raw of text.split('\n')) {
    line += 1;
    const head =
      string === null ? /^[ \t]*([A-Za-z_][\w.]*)[ \t]*(?:[|+]?=(?!=)|(?=\())[ \t]*/.exec(raw) : null;
    if (head?.[1] !== undefined) yield { line, at, target: head[1], rest: at + head[0].length };
    string = openString(raw, string);
    at += raw.length + 1;
  }
}

/** Whether a text in three quotes is open after a line, so that what looks like a statement in it is none. */
function openString(line: string, before: string | null): string | null {
  let open = before;
  for (let index = 0; index < line.length; index += 1) {
    if (line[index] === '\\') index += 1;
    else if (open !== null) {
      if (!line.startsWith(open, index)) continue;
      index += open.length - 1;
      open = null;
    } else if (line[index] === '#') return null;
    else if (line[index] === '"' || line[index] === "'") {
      const quote = line[index] ?? '';
      open = line.startsWith(quote.repeat(3), index) ? quote.repeat(3) : quote;
      index += open.length - 1;
    }
  }
  return open?.length === 3 ? open : null; // one in single quotes ends with its line at the latest
}

function namesOf(value: PythonValue | 'unfinished'): string[] | null {
  if (typeof value === 'string') return null;
  if (value.kind === 'text') return [value.text];
  if (value.kind !== 'many') return null;
  const names = value.items.map((item) => (item.kind === 'text' ? item.text : null));
  return names.includes(null) ? null : (names as string[]);
}

/** Nothing but a comment may follow: `{'a'} | names` is not what the braces say. */
function endsThere(text: string, end: number): boolean {
  return /^[ \t]*(?:#|;|\r?\n|$)/.test(text.slice(end, end + 200));
}

function lineAt(text: string, at: number): string {
  return text.slice(at, at + 120).split('\n')[0] ?? '';
}
