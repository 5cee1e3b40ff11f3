/** The CN of a name as people write it (RFC 4514); the whole name where it has none. */
export function commonNameOf(name: string): string {
  return /(?:^|,)\s*CN=((?:\\.|[^,\\])*)/u.exec(name)?.[1]?.replace(/\\(.)/gu, '$1') ?? name;
}
