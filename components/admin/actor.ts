import type { Translate } from '#lib/ctx';

/** An actor's short name without its kind where that says nothing new: `person:paula` is Paula's login. */
export function actorName(actor: string): string {
  return actor.replace(/^person:/u, '').replace(/^(holder|token|host|system):/u, '$1 ');
}

/** Who it was, in the visitor's words. What stands by itself in the audit trail is `actorName`. */
export function actorWord(actor: string, t: Translate): string {
  if (actor === 'visitor' || actor === 'holder') return t(`admin.common.actor.${actor}`);
  const [, kind = '', name = ''] = /^(?:system:(?=event:|policy:))?(\w+):(.*)$/u.exec(actor) ?? [];
  const word = (key: string) => t(`admin.common.actor.${key}`, { name });
  switch (kind) {
    case 'person':
      return name;
    case 'holder':
      return word('holderOf');
    case 'requester':
    case 'token':
    case 'host':
    case 'event':
    case 'policy':
    case 'system':
      return word(kind);
    default:
      return actor;
  }
}
