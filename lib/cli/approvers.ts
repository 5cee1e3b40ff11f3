import { Option, type Command } from 'commander';

import { HubgateError } from '../errors';
import type { ApproverList, RemovedPasskeys, TouchedOrders } from '../wire/approvers';
import { hostName } from './context';
import { wholeNumber } from './numbers';
import { withSigner } from './signer-door';
import { safe, table } from './table';

/** `hubgate approvers list|accept|remove|touches`: on the signer's host, by its operators. */
export function register(program: Command): void {
  const approvers = program
    .command('approvers')
    .description("whose passkeys count as approvals; on the signer's host, by its operators");
  approvers
    .command('list')
    .description('people with their passkeys, and passkeys that wait to be accepted')
    .action((_options: object, command: Command) =>
      withSigner(command, 'operator', async (signer, out) => {
        const list = await signer.approvers();
        out.result(list, listText(list));
      }),
    );
  approvers
    .command('accept <fingerprint...>')
    .description('let a proposed passkey count, once its owner has read its fingerprint to you')
    .action((words: string[], _options: object, command: Command) =>
      withSigner(command, 'operator', async (signer, out) => {
        const fingerprint = fingerprintOf(words);
        const list = await signer.acceptPasskey({ fingerprint, by: operator() });
        const person = list.persons.find(({ passkeys }) =>
          passkeys.some((one) => one.fingerprint === fingerprint),
        );
        out.result(
          { fingerprint, person: person?.name, id: person?.id, passkeys: person?.passkeys.length },
          `The passkey of ${safe(person?.name ?? '')} (${person?.id ?? ''}) counts from now on; ` +
            `it is number ${person?.passkeys.length ?? 0} of this person, and all of one person count once.`,
        );
      }),
    );
  approvers
    .command('remove <which...>')
    .description('end a passkey by its fingerprint, or all of a person by name or id; drops proposals too')
    .action((words: string[], _options: object, command: Command) =>
      withSigner(command, 'operator', async (signer, out) => {
        const hex = hexOf(words);
        const which = /^[0-9a-f]{64}$/.test(hex) ? hex : words.join(' ');
        const removed = await signer.removePasskey({ which, by: operator() });
        out.result(removed, removedText(removed));
      }),
    );
  approvers
    .command('touches')
    .description("what approvers touched for, as the signer's own journal has it, newest first")
    .addOption(new Option('--limit <n>', 'at most 1,000').argParser(wholeNumber(1, 1000)).default(50))
    .action((options: { limit: number }, command: Command) =>
      withSigner(command, 'operator', async (signer, out) => {
        const touched = await signer.touched(options.limit);
        out.result(touched, touchedText(touched));
      }),
    );
}

const operator = (): string => `host:${hostName()}`.slice(0, 128);

const hexOf = (words: readonly string[]): string =>
  words
    .join('')
    .replaceAll(/[\s:-]/g, '')
    .toLowerCase();

/** In groups, with or without colons; whole, since half of one is easily met. */
function fingerprintOf(words: readonly string[]): string {
  const hex = hexOf(words);
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  throw new HubgateError(
    'passkey.not-found',
    `A fingerprint has 64 hex digits, this has ${hex.length}. The owner's page /account shows it whole.`,
    { field: 'fingerprint' },
  );
}

const grouped = (hex: string): string => (hex.match(/.{4}/g) ?? []).join(' ');

function listText({ approvalMode, approvalCount, persons, proposals }: ApproverList): string {
  const mode =
    approvalMode === 'passkey'
      ? `Approvals count by passkey only; ${approvalCount} different people must approve.`
      : `The portal's word counts ("approvalMode" in policy.json); ${approvalCount} must approve.`;
  const enrolled = persons.flatMap(({ id, name, passkeys }) =>
    passkeys.map((one) => [
      safe(name),
      id,
      one.acceptedAt.slice(0, 10),
      safe(one.acceptedBy),
      grouped(one.fingerprint),
    ]),
  );
  const waiting = proposals.map((one) => [
    safe(one.name),
    one.personId,
    one.proposedAt.slice(0, 16).replace('T', ' '),
    one.enrolled === 0 ? 'a new person' : `has ${one.enrolled} already`,
    grouped(one.fingerprint),
  ]);
  return [
    mode,
    '',
    enrolled.length === 0
      ? 'Nobody has a passkey here.'
      : table(['name', 'id', 'accepted', 'by', 'fingerprint'], enrolled),
    ...(waiting.length === 0
      ? []
      : [
          '',
          'Waiting. Have the owner read the fingerprint to you from the page /account, then: hubgate approvers accept FINGERPRINT',
          table(['name', 'id', 'proposed', '', 'fingerprint'], waiting),
        ]),
  ].join('\n');
}

function removedText({ passkeys, proposals }: RemovedPasskeys): string {
  return [
    ...passkeys.map(({ name, fingerprint }) => `${safe(name)}: ${grouped(fingerprint)} counts no more.`),
    ...(proposals === 0 ? [] : [`${proposals} proposal(s) dropped.`]),
  ].join('\n');
}

function touchedText({ orders }: TouchedOrders): string {
  if (orders.length === 0) return 'Nothing was ordered under a touch yet.';
  return table(
    ['touched', 'by', 'request', 'account', 'names', 'days', 'certificate'],
    orders.map(({ approvedAt, name, content, serial }) => [
      approvedAt.slice(0, 19).replace('T', ' '),
      name,
      content.orderId,
      content.commonName,
      [...content.san.emails, ...content.san.dnsNames, ...content.san.ipAddresses].join(' ') || '–',
      String(content.lifetimeDays),
      serial ?? '–',
    ]),
  );
}
