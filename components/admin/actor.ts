/** An actor's short name without its kind where that says nothing new: `person:paula` is Paula's login. */
export function actorWord(actor: string): string {
  return actor.replace(/^person:/u, '').replace(/^(holder|token|host|system):/u, '$1 ');
}
