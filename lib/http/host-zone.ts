/**
 * The time zone of the portal's host, an IANA name: the one in which its people live, and in which
 * dates that they type are meant. A host that is set to UTC says so on every such form.
 */
export function hostZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
