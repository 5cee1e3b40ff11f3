import { lookUpAccount } from '../accounts/look-up-account';
import type { Ctx } from '../ctx';
import type { Queries } from '../db/client';
import { eventsWithNames, namesInUse } from '../db/events';
import { namesOnHubLists } from '../db/hub-access';
import { personsNamed } from '../db/users';
import { HubgateError, isHubgateError } from '../errors';
import { checkAccountName } from '../x509/subject-policy';

type NamesCtx = Pick<Ctx, 'config' | 'paths' | 'now' | 'db'>;

/** Of `ev-<event>-NN`: room for the number within the usual 32 characters. */
const SLUG_MAX = 20;
const SUFFIXES = ['', '-b', '-c', '-d', '-e', '-f'];
/** Questions to the directory at a time. */
const AT_ONCE = 8;
/** Names that a message lists. */
const SHOWN = 5;

/**
 * The account names of an event: those that its list has, and `ev-<event>-NN` for everybody else.
 * None is ever typed by a participant, and none may belong to somebody already: to a certificate, to an
 * approved request, to another event, to somebody who signs in here, or to an account of the centre; nor may
 * a hub's list name it already, which was meant for somebody else and would let the participant in.
 *
 * @param input.accounts one per participant, in their order; null: make one
 * @param input.event    the event itself, when it is planned anew
 * @throws {HubgateError} `event.names`
 */
export async function eventNames(
  ctx: NamesCtx,
  input: { event: string; title: string; accounts: readonly (string | null)[] },
): Promise<string[]> {
  const { event, title, accounts } = input;
  const listed = accounts.flatMap((one) => one ?? []);
  for (const name of listed) checkName(ctx, name);
  const onLists = await namesOnHubLists(ctx.db, listed);
  const held = [
    ...new Set([
      ...(await heldNames(ctx.db, listed, event)),
      ...(await knownAccounts(ctx, listed)),
      ...listed.filter((name) => onLists.has(name)),
    ]),
  ];
  if (held.length > 0) throw wrongNames('held', held);
  if (new Set(listed).size !== listed.length) {
    throw wrongNames(
      'twice',
      listed.filter((name, at) => listed.indexOf(name) !== at),
    );
  }
  const wanted = accounts.length - listed.length;
  const made =
    wanted === 0 ? [] : await freeSeries(ctx, { event, title, count: wanted, taken: new Set(listed) });
  return accounts.map((one) => one ?? made.shift() ?? '');
}

/** Of these names, those that belong to somebody outside this event. */
export async function heldNames(db: Queries, names: readonly string[], event: string): Promise<string[]> {
  if (names.length === 0) return [];
  const used = await namesInUse(db, names, event);
  for (const { commonName } of await eventsWithNames(db, names, event)) used.add(commonName);
  for (const { name } of await personsNamed(db, names)) used.add(name);
  return names.filter((name) => used.has(name));
}

function checkName(ctx: NamesCtx, name: string): void {
  try {
    checkAccountName(name, ctx.config.pki.accountPattern);
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    throw wrongNames(thrown.code === 'request.system-account' ? 'system' : 'pattern', [name]);
  }
}

/** Accounts that the centre's directory has already belong to their holders. */
async function knownAccounts(ctx: NamesCtx, names: readonly string[]): Promise<string[]> {
  if (ctx.config.accounts.source === 'none') return [];
  const found: string[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    const answers = await Promise.all(some.map((value) => lookUpAccount(ctx, { by: 'account', value })));
    answers.forEach(({ state }, n) => {
      if (state === 'unreachable') throw wrongNames('directory', []);
      if (state === 'exists' || state === 'ended' || state === 'system') found.push(some[n] ?? '');
    });
  }
  return found;
}

/** `ev-summer-01`, `ev-summer-02`, …; of a title that was used before, `ev-summer-b-01`. */
async function freeSeries(
  ctx: NamesCtx,
  input: { event: string; title: string; count: number; taken: ReadonlySet<string> },
): Promise<string[]> {
  const { event, title, count, taken } = input;
  const digits = Math.max(2, String(count).length);
  const own = event.slice(2).toLowerCase();
  for (const stem of [...SUFFIXES.map((suffix) => slugOf(title) + suffix), own]) {
    const names = Array.from(
      { length: count },
      (_, n) => `ev-${stem.startsWith('-') ? own + stem : stem}-${String(n + 1).padStart(digits, '0')}`,
    );
    for (const name of names) checkName(ctx, name);
    if (names.some((name) => taken.has(name))) continue;
    if ((await heldNames(ctx.db, names, event)).length > 0) continue;
    // An account that an earlier event left behind has a holder, and files of theirs.
    if ((await knownAccounts(ctx, names)).length === 0) return names;
  }
  throw wrongNames('series', []);
}

/** Lower-case ASCII of a title; may be empty. */
export function slugOf(title: string): string {
  return title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_MAX)
    .replaceAll(/^-+|-+$/g, '');
}

const SENTENCES = {
  held: (names: string) => `These account names belong to somebody already: ${names}.`,
  twice: (names: string) => `These account names stand twice in the list: ${names}.`,
  system: (names: string) => `${names} is an account of the system, not of a person.`,
  pattern: (names: string) => `${names} is not an account name of this centre.`,
  directory: () =>
    'The directory of accounts does not answer, so nobody can tell which names are taken. Try again.',
  series: () => 'No series of names for this event is free. Give it another name.',
} as const;

function wrongNames(reason: keyof typeof SENTENCES, names: readonly string[]): HubgateError {
  const shown = names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ` (${names.length} in all)` : '');
  return new HubgateError('event.names', SENTENCES[reason](shown), {
    field: 'list',
    params: { reason, names: shown },
  });
}
