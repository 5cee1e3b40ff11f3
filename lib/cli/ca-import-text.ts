import type { Config } from '../config/schema';
import type { ImportedCa } from '../signer/import/import-ca';
import type { ImportRecords } from '../signer/import/import-records';
import type { ImportPlan } from '../signer/import/plan-import';
import type { Owners } from './init-owners';

type Counts = ImportRecords['counts'];

/** What an operator should know before and after, the plan's notes and what the configuration adds. */
export function importNotes(plan: ImportPlan, config: Config, now: Date): string[] {
  const { issuer, shape } = plan;
  const people = [...issuer.issued.values()].filter((one) => one.notAfter > now && !one.isCa);
  const other = people.filter(({ organizationalUnit }) => organizationalUnit !== config.pki.ou);
  const cas = [...issuer.issued.values()].filter(({ isCa }) => isCa);
  const days = Math.floor((issuer.certificate.notAfter.getTime() - now.getTime()) / 86_400_000);
  return [
    ...plan.notes,
    ...(other.length === 0
      ? []
      : [
          `${other.length} of ${people.length} valid certificates carry another unit than pki.ou = "${config.pki.ou}" ` +
            `(such as "${other[0]?.organizationalUnit ?? ''}"). They stay good; new ones will carry pki.ou.`,
        ]),
    ...(cas.length === 0
      ? []
      : [
          `${cas.length} of its certificates are CAs themselves. They are listed; nothing is known of what they issued.`,
        ]),
    ...(shape === 'two-tier' && days < config.pki.userDays
      ? [
          `The signing CA ends in ${days} days, sooner than a new certificate would (pki.userDays). Roll it over: hubgate ca rollover`,
        ]
      : []),
  ];
}

export function importSummary(plan: ImportPlan, counts: Counts, notes: readonly string[]) {
  const { issuer, rootCa, root, shape } = plan;
  return {
    shape,
    ca: issuer.certificate.subject,
    root: root.subject,
    files: {
      certificate: issuer.files.certificate,
      key: issuer.files.key,
      index: issuer.files.index,
      rootKey: rootCa?.key === 'absent' ? null : (rootCa?.files.key ?? null),
    },
    counts,
    lastCrlNumber: issuer.crlNumber,
    notes,
  };
}

/** The findings, for people. */
export function planText(plan: ImportPlan, counts: Counts, notes: readonly string[]): string {
  const { issuer, root, rootCa, shape } = plan;
  const key = { encrypted: 'encrypted', plain: 'NOT encrypted', absent: 'not there' } as const;
  const { certificates, valid, ended, revoked, held, withoutCopy } = counts;
  return [
    `Signing CA:   ${issuer.certificate.subject}`,
    `              until ${day(issuer.certificate.notAfter)}, ${issuer.certificate.keyLabel}, key ${key[issuer.key]}`,
    ...(shape === 'single'
      ? ['              its own root']
      : [
          `Root CA:      ${root.subject}`,
          `              until ${day(root.notAfter)}, ${root.keyLabel}, key ${key[rootCa?.key ?? 'absent']}`,
        ]),
    `Index:        ${issuer.files.index ?? 'none'} (${issuer.files.made})`,
    `Certificates: ${certificates}: ${valid} valid, ${ended} ended, ${revoked} revoked${held > 0 ? ` (${held} on hold)` : ''}` +
      (withoutCopy > 0 ? `; of ${withoutCopy} only the line in the index is left` : ''),
    `Lists:        the last one had number ${issuer.crlNumber}; the next has ${issuer.crlNumber + 1}`,
    ...notes.map((note) => `Note:         ${note}`),
  ].join('\n');
}

/** What was done, and what is left to do. */
export function importedText(imported: ImportedCa, plan: ImportPlan, owners: Owners | null): string {
  const { counts, root, signing, crlNumber, rootCrl, rootKey, conflicts } = imported;
  const unlock = owners === null ? 'hubgate ca unlock' : `sudo -u ${owners.signer.user} hubgate ca unlock`;
  return [
    `Taken over:   ${signing.subject}, until ${day(signing.notAfter)}`,
    `Root CA:      ${root.subject}`,
    `              SHA-256 ${(root.fingerprintSha256.match(/.{4}/g) ?? []).join(' ')}`,
    `Certificates: ${counts.certificates} known, ${counts.revoked} revoked; revocation list ${crlNumber} signed`,
    ...(conflicts.length > 0
      ? [`Left out:     ${conflicts.join(', ')}: these serials stand here for other certificates`]
      : []),
    ...(rootCrl
      ? []
      : ["Still to do:  make the root's revocation list: hubgate ca crl --renew-root --root-key FILE"]),
    ...(rootKey && plan.shape === 'two-tier'
      ? ['Still to do:  take the root offline: hubgate ca export-root --to FILE']
      : []),
    `Still to do:  nobody must sign in ${plan.issuer.files.index ?? ''} any more: hubgate doctor watches it`,
    '',
    `The portal lists what was taken over within a minute of its start. Next: start Hubgate, then ${unlock}.`,
  ].join('\n');
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
