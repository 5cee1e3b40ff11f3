const KNOWN = new Set([
  'submitted',
  'approved',
  'unapproved',
  'rejected',
  'withdrawn',
  'asked',
  'edited',
  'expired',
  'issued',
  'failed',
  'retried',
  'released',
  'reapprove',
  'mailbox-proven',
  'sponsored',
  'unsponsored',
  'revoked',
  'held',
  'hold-ended',
  'superseded',
]);

/** Whether the catalogues have a word for what happened: a newer event may be in the audit log. */
export function hasTimelineWord(what: string): boolean {
  return KNOWN.has(what);
}
