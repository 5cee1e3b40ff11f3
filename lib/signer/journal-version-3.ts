/**
 * Version 3: CAs that end, and what was taken over from another CA.
 *
 * - `cas.last_end`: when the last certificate of a retired CA ends; null: not looked up yet.
 * - `certificates.subject`: only for an imported certificate of which nobody kept a copy. Then `der` is
 *   empty, and `spki_sha256` the hash of a text with its serial in it, which no key has.
 */
export const VERSION_3 = `
  ALTER TABLE cas ADD COLUMN last_end INTEGER;
  ALTER TABLE certificates ADD COLUMN subject TEXT;
  -- The portal reads them page by page, among a million others.
  CREATE INDEX certificates_imported ON certificates (number) WHERE source = 'import';
`;
