const CHOICES = ['for', 'again', 'way'] as const;

/** The request wizard with what was chosen so far: no way to go on may lose the request that it replaces. */
export function newRequestAddress(
  chosen: Readonly<Partial<Record<string, string | string[] | undefined>>>,
): string {
  const query = new URLSearchParams(
    CHOICES.flatMap((name) => {
      const value = chosen[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  ).toString();
  return query === '' ? '/certs/new' : `/certs/new?${query}`;
}
