import { existsSync, readFileSync } from 'node:fs';

import * as z from 'zod';

import { HubgateError } from '../errors';
import { CosePublicKey, CredentialId, PersonId } from '../wire/passkey-approval';
import { fromBase64url } from '../webauthn/base64url';
import { passkeyFingerprint } from '../webauthn/fingerprint';
import { writeDurably } from './ca-files';

/**
 * Whose touch counts: approvers.json, the signer's own file. It changes by calls on the operator's
 * socket alone; the portal can only propose.
 */
const EnrolledPasskey = z.strictObject({
  credentialId: CredentialId,
  publicKey: CosePublicKey,
  /** What the authenticator's counter stood at when it was enrolled. */
  counter: z.int().min(0).max(0xffffffff),
  acceptedAt: z.iso.datetime(),
  acceptedBy: z.string().min(1).max(128),
});
export type EnrolledPasskey = z.infer<typeof EnrolledPasskey>;

const Person = z.strictObject({
  id: PersonId,
  name: z.string().min(1).max(128),
  passkeys: z.array(EnrolledPasskey).min(1).max(16),
});
export type Person = z.infer<typeof Person>;

const ApproversFile = z.strictObject({ version: z.literal(1), persons: z.array(Person).max(1000) });

export type Approvers = {
  readonly persons: readonly Person[];
  /** Who has this passkey; null when nobody here. */
  find: (credentialId: string) => { person: Person; passkey: EnrolledPasskey } | null;
  /**
   * Enrols a passkey for a person, who may have others.
   *
   * @throws {HubgateError} `passkey.conflict` when somebody has it, or name and id do not fit those here
   */
  enrol: (person: { id: string; name: string }, passkey: EnrolledPasskey) => void;
  /** Ends one passkey by its fingerprint, or all of a person by id or name; what was ended. */
  remove: (which: string) => { person: Person; passkeys: EnrolledPasskey[] }[];
};

export const fingerprintOf = (passkey: { credentialId: string; publicKey: string }): string =>
  passkeyFingerprint(
    Buffer.from(passkey.credentialId, 'base64url'),
    Buffer.from(passkey.publicKey, 'base64url'),
  );

/**
 * Opens the file; without one nobody is enrolled.
 *
 * @throws {HubgateError} `ca.file` when it is damaged: a signer that does not know its approvers does not start
 */
export function openApprovers(file: string): Approvers {
  let persons: readonly Person[] = existsSync(file) ? readApprovers(file) : [];
  let byCredential = index(persons);

  /** On disk first: what is in force is what a restart will read. */
  function store(next: readonly Person[]): void {
    writeDurably(file, `${JSON.stringify({ version: 1, persons: next }, null, 2)}\n`, 0o600);
    persons = next;
    byCredential = index(next);
  }

  return {
    get persons() {
      return persons;
    },
    find: (credentialId) => byCredential.get(credentialId) ?? null,
    enrol({ id, name }, passkey) {
      const holder = byCredential.get(passkey.credentialId)?.person;
      if (holder !== undefined) throw conflict(`This passkey is enrolled already, for ${holder.name}.`);
      // Two passkeys of one person count once: so one person must not become two.
      const namesake = persons.find((one) => one.name === name && one.id !== id);
      if (namesake !== undefined) {
        throw conflict(
          `${name} is enrolled as ${namesake.id}, and this passkey is proposed for ${id}. If the account was made ` +
            `anew, remove the old one first: hubgate approvers remove ${namesake.id}`,
        );
      }
      const known = persons.find((one) => one.id === id);
      if (known !== undefined && known.name !== name) {
        throw conflict(`${id} is enrolled here as ${known.name}, and this passkey is proposed for ${name}.`);
      }
      store(
        known === undefined
          ? [...persons, { id, name, passkeys: [passkey] }]
          : persons.map((one) => (one === known ? { ...one, passkeys: [...one.passkeys, passkey] } : one)),
      );
    },
    remove(which) {
      const ended = persons.flatMap((person) => {
        const whole = person.id === which || person.name === which;
        const passkeys = person.passkeys.filter((one) => whole || fingerprintOf(one) === which);
        return passkeys.length > 0 ? [{ person, passkeys }] : [];
      });
      const gone = new Set(ended.flatMap(({ passkeys }) => passkeys));
      if (gone.size > 0) {
        store(
          persons
            .map((one) => ({ ...one, passkeys: one.passkeys.filter((passkey) => !gone.has(passkey)) }))
            .filter(({ passkeys }) => passkeys.length > 0),
        );
      }
      return ended;
    },
  };
}

function index(
  persons: readonly Person[],
): ReadonlyMap<string, { person: Person; passkey: EnrolledPasskey }> {
  return new Map(
    persons.flatMap((person) =>
      person.passkeys.map((passkey) => [passkey.credentialId, { person, passkey }] as const),
    ),
  );
}

function readApprovers(file: string): readonly Person[] {
  try {
    const { persons } = ApproversFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    const all = persons.flatMap(({ passkeys }) => passkeys);
    if (index(persons).size !== all.length) throw new RangeError('a passkey stands there twice');
    if (new Set(persons.map(({ id }) => id)).size !== persons.length)
      throw new RangeError('a person stands there twice');
    for (const one of all)
      if (fromBase64url(one.publicKey) === null) throw new RangeError('a key is not base64url');
    return persons;
  } catch (cause) {
    throw new HubgateError(
      'ca.file',
      `The signer's list of approvers, ${file}, cannot be used: ${cause instanceof Error ? cause.message.slice(0, 200) : 'unknown'}. ` +
        'Restore it from a backup, or move it away and enrol the passkeys again.',
      { params: { file }, cause },
    );
  }
}

const conflict = (message: string): HubgateError => new HubgateError('passkey.conflict', message);
