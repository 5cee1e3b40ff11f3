import type { Translate } from '#lib/ctx';

import en from '../../../../lib/i18n/messages/en.json';

/** A check's name for people; a code that has none yet is shown as it is, readable enough. */
export function checkName(t: Translate, code: string): string {
  const key = code.replaceAll('.', '_');
  if (key in en.admin.check) return t(`admin.check.${key}`);
  const words = code.split('.').at(-1)?.replaceAll('-', ' ') ?? code;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
