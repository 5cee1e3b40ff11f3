import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

/** The sentences of one language by key: `home.title`. */
function catalogue(language: string): Map<string, string> {
  const file = join(import.meta.dirname, '..', '..', 'lib', 'i18n', 'messages', `${language}.json`);
  return new Map(sentences(JSON.parse(readFileSync(file, 'utf8')) as object, ''));
}

function sentences(node: object, prefix: string): [string, string][] {
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'string'
      ? [[`${prefix}${key}`, value] as [string, string]]
      : sentences(value as object, `${prefix}${key}.`),
  );
}

export const SPANISH = catalogue('es');
const said = new Set(SPANISH.values());

/** Long enough to be no name of a system, without arguments, and nowhere the same in Spanish. */
export const ENGLISH = [...catalogue('en')].filter(
  ([key, sentence]) =>
    sentence.length > 12 && !/[{}*`<]/.test(sentence) && SPANISH.get(key) !== sentence && !said.has(sentence),
);

/** Everything that people read or hear, tooltips and hidden words too; not the scripts. */
export async function wordsOf(page: Page): Promise<string> {
  return page.locator('html').evaluate((html) => {
    const copy = html.cloneNode(true) as HTMLElement;
    for (const gone of copy.querySelectorAll('script, style, link, template')) gone.remove();
    const named = [...copy.querySelectorAll('*')].flatMap((one) =>
      ['aria-label', 'title', 'alt', 'placeholder', 'value', 'content', 'label'].map(
        (name) => one.getAttribute(name) ?? '',
      ),
    );
    return [copy.textContent, ...named].join('\n').replace(/[ \t\u00a0]+/g, ' ');
  });
}
