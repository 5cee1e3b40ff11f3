import { execFileSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readAllowedUsers } from './allowed-users';
import { allowedUsersText } from './hub-list-text';

describe('readAllowedUsers', () => {
  it.each<[string, string, string[]]>([
    ['a set', `c.Authenticator.allowed_users = {'alice', "bob"}`, ['alice', 'bob']],
    ['the old name', `c.Authenticator.whitelist = set(['alice', 'bob'])`, ['alice', 'bob']],
    ['another class', `c.PAMAuthenticator.allowed_users = ['alice']`, ['alice']],
    [
      'several lines',
      `c.Authenticator.allowed_users = {\n  'alice', # first\n\n  'bob',\n}\nx = 1`,
      ['alice', 'bob'],
    ],
    [
      'additions',
      `c.A.allowed_users = {'a'}\nc.A.allowed_users |= {'b'}\nc.A.allowed_users.add('d')\nc.A.allowed_users.update(['e'])`,
      ['a', 'b', 'd', 'e'],
    ],
    ['an assignment replaces', `c.A.allowed_users = {'a'}\nc.A.allowed_users = {'b'}`, ['b']],
    ['administrators get in too', `c.A.allowed_users = {'a'}\nc.A.admin_users = {'b', 'a'}`, ['a', 'b']],
    ['a comment', `# c.Authenticator.allowed_users = {'alice'}`, []],
    ['a text', `"""\nc.A.allowed_users = {'alice'}\n"""\nc.A.allowed_users = {'bob'}`, ['bob']],
    ['texts that join', `c.A.allowed_users = {'al' 'ice', ('bob'), r'c\\d'}`, ['alice', 'bob', 'c\\d']],
    ['escapes', `c.A.allowed_users = {'jos\\u00e9', 'a\\x62', 'it\\'s'}`, ['josé', 'ab', "it's"]],
    ['CRLF', `c.A.allowed_users = {\r\n'alice'\r\n}\r\n`, ['alice']],
    ['nothing of it', `c.Spawner.args = ['--x']`, []],
    ['an empty set', `c.A.allowed_users = set()`, []],
  ])('reads %s', (_what, text, people) => {
    expect(readAllowedUsers(text)).toMatchObject({ people, problems: [] });
  });

  it.each<[string, 'not-literal' | 'unfinished']>([
    [`c.A.allowed_users = open('x').read().split()`, 'not-literal'],
    [`c.A.allowed_users = {name for name in x}`, 'not-literal'],
    [`c.A.allowed_users = {'a'} | others`, 'not-literal'],
    [`c.A.allowed_users = set('abc')`, 'not-literal'],
    [`c.A.allowed_users = {'a', 1}`, 'not-literal'],
    [`c.A.allowed_users = {'a': 1}`, 'not-literal'],
    [`c.A.allowed_users = {b'a'}`, 'not-literal'],
    [`c.A.allowed_users = {f'{x}'}`, 'not-literal'],
    [`c.A.allowed_users = {'a' 'b' x}`, 'not-literal'],
    [`c.A.allowed_users = {'a'`, 'unfinished'],
    [`c.A.allowed_users = {'a`, 'unfinished'],
  ])('does not guess what %s says', (text, code) => {
    expect(readAllowedUsers(`\n${text}`)).toMatchObject({ people: [], problems: [{ code, line: 2 }] });
  });

  it('names who is there as an administrator only', () => {
    expect(readAllowedUsers(`c.A.admin_users = {'root'}\nc.A.allowed_users = {'a'}`).admins).toEqual([
      'root',
    ]);
  });

  it('reads back what is written, and never throws', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1 })), (names) => {
        const clean = [...new Set(names.map((name) => name.toWellFormed()))];
        const text = allowedUsersText({
          hub: 'astro',
          access: 'listed',
          people: clean,
          units: [],
          events: [],
        });
        expect(readAllowedUsers(text)).toMatchObject({ people: clean, problems: [] });
      }),
      { numRuns: 40 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void readAllowedUsers(text)),
    );
    const pieces = fc.constantFrom(
      'c.A.allowed_users',
      ' = ',
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      "'",
      '"""',
      ',',
      '#',
      '\\',
      '\n',
      'set',
      'a',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => void readAllowedUsers(parts.join(''))),
    );
  });

  it('takes no longer for a file that wants it to', () => {
    for (const piece of ['c.A.allowed_users = {', '[', "'", 'c.A.allowed_users = {"a",\n', '"""\n', '\\\n']) {
      const text = piece.repeat(Math.floor(900_000 / piece.length));
      const began = performance.now();
      readAllowedUsers(text);
      expect(performance.now() - began, piece).toBeLessThan(3000);
    }
  });

  it('agrees with Python itself', () => {
    const names = ['alice', "o'neil", 'a"b', 'back\\slash', 'josé', 'tab\there', '日本', 'a b'];
    const text = allowedUsersText({
      hub: 'astro',
      access: 'listed',
      people: names,
      units: ['NLHPC'],
      events: [],
    });
    const asPython = `import json, types\nc = types.SimpleNamespace(Authenticator=types.SimpleNamespace())\n${text}\nprint(json.dumps(sorted(c.Authenticator.allowed_users)))`;
    const printed = execFileSync('python3', ['-I', '-c', asPython], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONIOENCODING: 'utf8' },
    });
    expect(JSON.parse(printed)).toEqual([...names].sort());
    expect(readAllowedUsers(text).people).toEqual(names);
  });
});
