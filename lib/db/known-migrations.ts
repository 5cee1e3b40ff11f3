/**
 * The migrations of this version, oldest first: folders under prisma/<database>/migrations. A list
 * in code, since the web process is bundled and must recognise a newer database without the files.
 */
export const KNOWN_MIGRATIONS = [
  '20261123000000_init',
  '20261125000000_request_search',
  '20261126000000_revocation',
  '20261126010000_renewal',
  '20261126020000_blocked_keys',
  '20261126030000_former_cas',
  '20261127010000_passkeys',
  '20261127020000_sign_in',
  '20261127030000_accounts',
  '20261127040000_audit',
  '20261127050000_sponsors',
  '20261128010000_hub_history',
  '20261128020000_hub_rules',
  '20261128030000_hub_notices',
  '20261128040000_confirmations',
  '20261128050000_finding_changes',
  '20261128050100_certificate_use',
  '20261128060000_events',
] as const;
