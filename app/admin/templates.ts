import type { Translate } from '#lib/ctx';

const KEYS = {
  reject: ['not-known', 'wrong-name', 'held', 'key', 'duplicate'],
  ask: ['name', 'who', 'mailbox'],
} as const;

/** Reasons and questions that come up again and again, in the words of the catalogue. */
export function templates(
  t: Translate,
  kind: 'reject' | 'ask',
): { key: string; title: string; text: string }[] {
  return KEYS[kind].map((key) => ({
    key,
    title: t(`admin.template.${kind}.${key}`),
    text: t(`admin.template.${kind}.${key}-text`),
  }));
}

/** The words of one template; empty for one that does not exist, which the verb then refuses. */
export function wordsOf(t: Translate, kind: 'reject' | 'ask', key: string): string {
  return templates(t, kind).find((template) => template.key === key)?.text ?? '';
}
