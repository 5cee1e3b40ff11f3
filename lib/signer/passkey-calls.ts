import { HubgateError } from '../errors';
import {
  PROPOSAL_DAYS,
  PROPOSALS_MAX,
  PROPOSALS_OF_ONE,
  type AcceptPasskey,
  type ApproverList,
  type ListTouched,
  type ProposePasskey,
  type RemovedPasskeys,
  type RemovePasskey,
  type TouchedOrders,
} from '../wire/approvers';
import type { ApprovedContent } from '../wire/order';
import type { PresentedTouch } from '../wire/passkey-approval';
import { fromBase64url } from '../webauthn/base64url';
import { readCoseKey } from '../webauthn/cose-key';
import { fingerprintOf, type Approvers } from './approvers';
import type { Ca } from './ca-files';
import type { Journal } from './journal';
import type { Log } from './log';
import type { Touches } from './touches';

const DAY_MS = 86_400_000;

export type PasskeyCalls = {
  approvers: () => ApproverList;
  propose: (input: ProposePasskey) => { fingerprint: string };
  present: (touch: PresentedTouch) => { person: string };
  touched: (input: ListTouched) => TouchedOrders;
  accept: (input: AcceptPasskey) => ApproverList;
  remove: (input: RemovePasskey) => RemovedPasskeys;
};

/** Passkeys by the sockets: `accept` and `remove` are for the operator's alone (lib/wire/messages.ts). */
export function openPasskeyCalls(parts: {
  ca: Ca | null;
  approvers: Approvers;
  touches: Touches | null;
  journal: Pick<Journal, 'proposals' | 'propose' | 'dropProposals' | 'touchedOrders' | 'note'>;
  now: () => Date;
  log: Log;
}): PasskeyCalls {
  const { ca, approvers, touches, journal, now, log } = parts;
  const proposalsNow = () => {
    const since = now().getTime() - PROPOSAL_DAYS * DAY_MS;
    return journal.proposals().filter(({ proposedAt }) => proposedAt.getTime() >= since);
  };

  function list(): ApproverList {
    return {
      approvalMode: ca?.policy.approvalMode ?? 'session',
      approvalCount: ca?.policy.approvalCount ?? 1,
      ...(ca?.policy.passkeys && { passkeys: ca.policy.passkeys }),
      persons: approvers.persons.map(({ id, name, passkeys }) => ({
        id,
        name,
        passkeys: passkeys.map((one) => ({
          credentialId: one.credentialId,
          fingerprint: fingerprintOf(one),
          acceptedAt: one.acceptedAt,
          acceptedBy: one.acceptedBy,
        })),
      })),
      proposals: proposalsNow().map(({ fingerprint, credentialId, personId, name, proposedAt }) => ({
        fingerprint,
        credentialId,
        personId,
        name,
        proposedAt: proposedAt.toISOString(),
        enrolled: approvers.persons.find(({ id }) => id === personId)?.passkeys.length ?? 0,
      })),
    };
  }

  return {
    approvers: list,
    propose({ person, credentialId, publicKey, counter }) {
      const key = fromBase64url(publicKey);
      if (fromBase64url(credentialId) === null || key === null || readCoseKey(key)?.length !== key.length) {
        throw new HubgateError(
          'passkey.invalid',
          'This is not a public key that the signer can verify touches with.',
        );
      }
      if (approvers.find(credentialId) !== null) {
        throw new HubgateError('passkey.conflict', 'This passkey is enrolled already.');
      }
      const fingerprint = fingerprintOf({ credentialId, publicKey });
      // An operator accepts by the fingerprint alone: whose it is must not change after they looked.
      const before = proposalsNow().find((one) => one.fingerprint === fingerprint);
      if (before && (before.personId !== person.id || before.name !== person.name)) {
        throw new HubgateError('passkey.conflict', `This passkey is proposed for ${before.name} already.`);
      }
      const others = proposalsNow().filter((one) => one.fingerprint !== fingerprint);
      const own = others.filter(({ personId }) => personId === person.id).length;
      if (others.length >= PROPOSALS_MAX || own >= PROPOSALS_OF_ONE) {
        throw new HubgateError(
          'passkey.too-many',
          `${own >= PROPOSALS_OF_ONE ? `${own} passkeys of ${person.name}` : `${others.length} passkeys`} wait for an ` +
            'operator already. On the signer’s host: hubgate approvers list, then accept or remove them.',
        );
      }
      const at = now();
      journal.propose(
        {
          fingerprint,
          personId: person.id,
          name: person.name,
          credentialId,
          publicKey,
          counter,
          proposedAt: at,
        },
        new Date(at.getTime() - PROPOSAL_DAYS * DAY_MS),
      );
      log.info({ person: person.name, fingerprint }, 'passkey proposed');
      return { fingerprint };
    },
    present(touch) {
      if (touches === null) throw new HubgateError('signer.ca-missing', 'There is no CA yet: hubgate init.');
      return { person: touches.present(touch).id };
    },
    touched: ({ limit }) => ({
      orders: journal.touchedOrders(limit).map(({ approver, name, approvedAt, content, serial }) => ({
        approvedAt,
        personId: approver,
        name,
        content: JSON.parse(content) as ApprovedContent,
        ...(serial !== null && { serial }),
      })),
    }),
    accept({ fingerprint, by }) {
      const proposal = proposalsNow().find((one) => one.fingerprint === fingerprint);
      if (proposal === undefined) {
        throw new HubgateError(
          'passkey.not-found',
          'No passkey with this fingerprint is proposed. Compare it once more: hubgate approvers list',
        );
      }
      const { credentialId, publicKey, counter, personId, name } = proposal;
      const acceptedAt = now().toISOString();
      approvers.enrol(
        { id: personId, name },
        { credentialId, publicKey, counter, acceptedAt, acceptedBy: by },
      );
      journal.dropProposals([fingerprint]);
      journal.note(`passkey ${fingerprint} of ${name} (${personId}) accepted by ${by}`, now());
      log.info({ person: name, fingerprint, by }, 'passkey accepted');
      return list();
    },
    remove({ which, by }) {
      const ended = approvers.remove(which);
      const passkeys = ended.flatMap(({ person, passkeys: some }) =>
        some.map((one) => ({ name: person.name, fingerprint: fingerprintOf(one) })),
      );
      const proposals = journal.dropProposals(
        journal
          .proposals()
          .filter((one) => [one.fingerprint, one.personId, one.name].includes(which))
          .map((one) => one.fingerprint),
      );
      if (passkeys.length + proposals === 0) {
        throw new HubgateError(
          'passkey.not-found',
          'Nobody here has this name or id, and no passkey this fingerprint: hubgate approvers list',
        );
      }
      for (const { name, fingerprint } of passkeys) {
        journal.note(`passkey ${fingerprint} of ${name} removed by ${by}`, now());
        log.info({ person: name, fingerprint, by }, 'passkey removed');
      }
      return { passkeys, proposals };
    },
  };
}
