import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { ConfigSchema } from './config/schema';

const PAGE = readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../docs/configuration.md'), 'utf8');

/** Defaults that follow from other keys or from the machine: what the page says of them. */
const DERIVED: Readonly<Record<string, string>> = {
  runDir: '`<stateDir>/run`',
  'signer.socketDir': '`<runDir>/signer`',
  'signer.dir': '`<stateDir>/signer`',
  'gate.mapsDir': '`<stateDir>-gate`',
  'hubs.dir': '`/var/www/html/ws/hubs` if there',
};

type Row = { key: string; default: string; meaning: string; section: string };

/** The rows of all tables, each with the heading that it stands under. */
function rowsOf(page: string): Row[] {
  return page.split(/^## /m).flatMap((part) => {
    const [section = ''] = part.split('\n');
    return [...part.matchAll(/^\| `([\w.]+)` *\| (.*?) *(?<!\\)\| (.*?) *\|$/gm)].map(
      ([, key = '', shown = '', meaning = '']) => ({ key, default: shown, meaning, section }),
    );
  });
}

/** Every key with its default as the page must show it. */
function keysOf({ properties = {} }: z.core.JSONSchema.JSONSchema, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, schema] of Object.entries(properties)) {
    if (typeof schema !== 'object') continue;
    const key = `${prefix}${name}`;
    if (schema.properties) for (const entry of keysOf(schema, `${key}.`)) found.set(...entry);
    else found.set(key, DERIVED[key] ?? shown(schema.default));
  }
  return found;
}

function shown(value: unknown): string {
  if (value === undefined || value === '') return '_none_';
  const text = Array.isArray(value)
    ? `[${value.map((one) => JSON.stringify(one)).join(', ')}]`
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
  return `\`${text.replaceAll('|', '\\|')}\``;
}

describe('docs/configuration.md', () => {
  const rows = rowsOf(PAGE);
  const keys = keysOf(z.toJSONSchema(ConfigSchema, { io: 'input' }));

  it('has every key of hubgate.toml once, with its default, and none that is gone', () => {
    const documented = rows.map((row) => [row.key, row.default]);
    expect(documented.sort()).toEqual([...keys].sort());
    expect(keys.size).toBeGreaterThan(80);
  });

  it('says something of each, under the heading of its table, which begins with a text', () => {
    for (const { key, meaning, section } of rows) {
      expect(meaning, key).not.toBe('');
      const table = key.includes('.') ? (key.split('.')[0] ?? '') : 'Where things lie';
      expect(section, key).toBe(table);
    }
    for (const part of PAGE.split(/^## /m).slice(1)) {
      const [heading = '', ...lines] = part.split('\n').filter((line) => line !== '');
      expect(lines[0], heading).toMatch(/^[^|#].{30,}/);
    }
  });

  it('would notice another default', () => {
    const page = '## site\n\n| `site.name` | `Other` | x |\n';
    expect(rowsOf(page)).toEqual([{ key: 'site.name', default: '`Other`', meaning: 'x', section: 'site' }]);
    expect(keys.get('site.name')).toBe('`Hubgate`');
    expect(keys.get('accounts.ldap.groupFilter')).toContain('(\\|');
    expect(keys.get('approval.count')).toBe('`1`');
  });
});
