import { readFileSync } from 'node:fs';

import { Option, type Command } from 'commander';

import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import { approveEvent, rejectEvent } from '../events/approve-event';
import { ACCOUNT_FORMATS, exportAccounts, type AccountFormat } from '../events/export-accounts';
import { invite } from '../events/invite';
import { listEvents } from '../events/list-events';
import { planEvent } from '../events/plan-event';
import { revokeEvent } from '../events/revoke-event';
import { viewEventForDecision, type EventDecisionView } from '../events/view-event';
import { withCtx } from './context';
import { wholeNumber } from './numbers';
import { safe, table } from './table';

type PlanOptions = {
  name: string;
  from: string;
  until: string;
  hub?: string[];
  seats?: number;
  list?: string;
  spare: number;
  organiser?: string;
};

/** `hubgate events list|show|plan|approve|reject|cards|mail|accounts|revoke` */
export function register(program: Command): void {
  const events = program.command('events').description('training events and their invitations');
  events
    .command('list')
    .description('newest first')
    .action((_options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const page = await listEvents(ctx);
        const rows = page.items.map((one) => [
          one.id,
          one.phase,
          one.name,
          one.startsAt.slice(0, 16),
          one.endsAt.slice(0, 16),
          String(one.seats),
          one.organiser,
        ]);
        out.result(page, table(['id', 'phase', 'name', 'from', 'until', 'seats', 'organiser'], rows));
      }),
    );
  events
    .command('show <id>')
    .description('what one approval allows, and how far each participant is')
    .action((id: string, _options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const view = await viewEventForDecision(ctx, { id });
        out.result(view, eventText(view));
      }),
    );
  events
    .command('plan')
    .description('plan an event; an approver has to decide on it')
    .requiredOption('--name <name>')
    .requiredOption('--from <instant>', 'ISO 8601, such as 2027-03-01T08:00:00Z')
    .requiredOption('--until <instant>', 'the last certificate ends then')
    .option('--hub <route...>', 'hubs that the certificates open')
    .addOption(new Option('--seats <n>').argParser(wholeNumber(1, 1000)))
    .option('--list <file>', 'CSV in UTF-8: name, e-mail, account')
    .addOption(
      new Option('--spare <n>', 'certificates beyond one a seat').argParser(wholeNumber(0, 5000)).default(5),
    )
    .option('--organiser <login>')
    .action((options: PlanOptions, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const planned = await plan(ctx, options);
        out.result(planned, `${planned.id} waits for an approver.`);
      }),
    );
  registerDecisions(events);
  registerInvitations(events);
  events
    .command('accounts <id>')
    .description('the accounts, for whoever makes them on the hubs')
    .addOption(new Option('--format <format>').choices([...ACCOUNT_FORMATS]).default('csv'))
    .action((id: string, { format }: { format: AccountFormat }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const file = await exportAccounts(ctx, { id, format });
        out.result(file, file.text.trimEnd());
      }),
    );
  events
    .command('revoke <id>')
    .description('close an event and revoke all that was given out for it')
    .addOption(
      new Option('--count <n>', 'how many certificates that are')
        .argParser(wholeNumber(0, 10_000))
        .makeOptionMandatory(),
    )
    .action((id: string, options: { count: number }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const done = await revokeEvent(ctx, { id, expectedCount: options.count });
        out.result(done, `${id} is closed, ${done.count} certificates are revoked.`);
      }),
    );
}

function registerDecisions(events: Command): void {
  events
    .command('approve <id>')
    .description('approve it as it stands')
    .action((id: string, _options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const decision = await approveEvent(ctx, { id });
        const more = decision.missing === 0 ? '' : ` Approvals that are still needed: ${decision.missing}.`;
        out.result(decision, `${decision.id} is ${decision.state}.${more}`);
      }),
    );
  events
    .command('reject <id>')
    .description('reject it, with a reason that the organiser reads')
    .requiredOption('--reason <text>')
    .action((id: string, { reason }: { reason: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const decision = await rejectEvent(ctx, { id, reason });
        out.result(decision, `${decision.id} is ${decision.state}.`);
      }),
    );
}

function registerInvitations(events: Command): void {
  events
    .command('cards <id>')
    .description('new personal links for everybody who has not used theirs; shown this once')
    .action((id: string, _options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const made = await invite(ctx, { id, by: 'cards', who: 'waiting' });
        const rows = made.cards.map((card) => [card.commonName, card.name ?? '–', card.link]);
        out.result(made, table(['account', 'name', 'link'], rows));
      }),
    );
  events
    .command('mail <id>')
    .description('mail invitations to everybody on the list who got none')
    .action((id: string, _options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const made = await invite(ctx, { id, by: 'mail', who: 'waiting' });
        out.result(made, `${made.mailed} invitations are on their way.`);
      }),
    );
}

function plan(ctx: Ctx, options: PlanOptions): Promise<{ id: string }> {
  const { seats, list, from, until, hub = [], ...rest } = options;
  if ((seats === undefined) === (list === undefined)) {
    throw new HubgateError('event.seats', 'Say either --seats or --list.', { field: 'seats' });
  }
  const people = list === undefined ? { seats: seats ?? 0 } : { csv: readList(list) };
  return planEvent(ctx, { ...rest, startsAt: new Date(from), endsAt: new Date(until), hubs: hub, people });
}

function readList(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new HubgateError('event.csv', `The list ${file} cannot be read.`, { field: 'list', cause });
  }
}

const FAULTS: Record<NonNullable<EventDecisionView['fault']>, string> = {
  approvals: 'its approval no longer counts at the signer: approve it again',
  missing: 'the signer does not know it: approve it again',
  'former-ca': 'it was approved for another signing CA: end it and plan another one',
  closed: 'the signer has closed it: end it and plan another one',
  'other-plan': 'the signer keeps another plan under this id: end it and plan another one',
  unfinished: "the signer's answer to its approval is not known: approve it once more",
  unknown: 'the signer does not answer: whether the approval counts is not known',
};

function eventText(view: EventDecisionView): string {
  const facts: [string, string][] = [
    ['event', `${view.id} ${view.name}`],
    ['phase', view.phase],
    ...(view.fault === null ? [] : [['but', FAULTS[view.fault]] as [string, string]]),
    ['organiser', view.organiser],
    ['from', view.startsAt],
    ['until', view.endsAt],
    ['at most', `${view.quota} certificates`],
    ['hubs', view.lists.map(({ hub, named }) => (named ? hub : `${hub} (not yet)`)).join(', ') || '–'],
    ['digest', view.digest ?? '–'],
    ['to revoke', `${view.revocable} certificates`],
  ];
  const rows = view.participants.map((one) => [
    String(one.number),
    one.commonName,
    one.name ?? '–',
    one.email ?? '–',
    one.stuck ?? one.step,
  ]);
  return (
    facts.map(([label, value]) => `${label.padEnd(10)} ${safe(value)}`).join('\n') +
    toLetIn(view) +
    `\n\n${table(['no.', 'account', 'name', 'e-mail', 'step'], rows)}`
  );
}

/** A hub opens to the event when its list names it. */
function toLetIn({ id, phase, lists }: EventDecisionView): string {
  if (phase === 'closed' || phase === 'over') return '';
  const missing = lists.filter(({ named }) => !named);
  return missing.map(({ hub }) => `\nLet it in:  hubgate hubs allow ${safe(hub)} --event ${id}`).join('');
}
