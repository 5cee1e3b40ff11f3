let zone: string | undefined;

/**
 * The time zone of the portal's host, an IANA name: the one in which its people live, and in which
 * dates that they type are meant. A host that is set to UTC says so on every such form. Asked for once:
 * it takes as long as a page's own text.
 */
export function hostZone(): string {
  return (zone ??= Intl.DateTimeFormat().resolvedOptions().timeZone);
}
