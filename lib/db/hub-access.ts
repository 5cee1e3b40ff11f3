import type { Queries, Tx } from './client';

export type HubAccess = 'listed' | 'any-valid';
/** Who is on a list: people by common name, units by OU, events by id. */
export type HubListNames = {
  people: readonly string[];
  units: readonly string[];
  events: readonly string[];
};
export type HubPolicyRow = {
  name: string;
  access: HubAccess;
  members: string[];
  units: string[];
  events: string[];
};
export type HubListEntry = { value: string; addedBy: string; addedAt: Date };

/** Rules as they are stored; a kind of a newer version admits nobody here. */
const UNIT = 'unit';
const EVENT = 'event';
const KINDS = { kind: { in: [UNIT, EVENT] } };

/** Every policy with its members, in the order of names. */
export async function listHubPolicies(db: Queries): Promise<HubPolicyRow[]> {
  const rows = await db.prisma.hubPolicy.findMany({
    orderBy: { name: 'asc' },
    include: {
      members: { orderBy: { commonName: 'asc' } },
      rules: { where: KINDS, orderBy: { value: 'asc' } },
    },
  });
  return rows.map(({ name, access, members, rules }) => ({
    name,
    access: knownAccess(access),
    members: members.map(({ commonName }) => commonName),
    units: rules.filter(({ kind }) => kind === UNIT).map(({ value }) => value),
    events: rules.filter(({ kind }) => kind === EVENT).map(({ value }) => value),
  }));
}

/** One hub's policy with who put whom on its list; null where nobody has decided anything yet. */
export async function findHubPolicy(
  db: Queries,
  name: string,
): Promise<{
  access: HubAccess;
  people: HubListEntry[];
  units: HubListEntry[];
  events: HubListEntry[];
} | null> {
  const row = await db.prisma.hubPolicy.findUnique({
    where: { name },
    include: {
      members: { orderBy: { commonName: 'asc' } },
      rules: { where: KINDS, orderBy: { value: 'asc' } },
    },
  });
  if (row === null) return null;
  const entriesOf = (wanted: string): HubListEntry[] =>
    row.rules
      .filter(({ kind }) => kind === wanted)
      .map(({ value, addedBy, addedAt }) => ({ value, addedBy, addedAt }));
  return {
    access: knownAccess(row.access),
    people: row.members.map(({ commonName, addedBy, addedAt }) => ({ value: commonName, addedBy, addedAt })),
    units: entriesOf(UNIT),
    events: entriesOf(EVENT),
  };
}

/** An unknown word, from a newer version or an edit by hand, admits fewer, not more. */
function knownAccess(access: string): HubAccess {
  return access === 'any-valid' ? 'any-valid' : 'listed';
}

export async function writeHubPolicy(tx: Tx, name: string, access: HubAccess): Promise<void> {
  await tx.prisma.hubPolicy.upsert({ where: { name }, create: { name, access }, update: { access } });
}

/** Adds to a hub's list; the policy must be there, the entries must not. */
export async function addToHubList(
  tx: Tx,
  input: HubListNames & { hub: string; addedBy: string; addedAt: Date },
): Promise<void> {
  const { hub, people, units, events, addedBy, addedAt } = input;
  if (people.length > 0) {
    await tx.prisma.hubMember.createMany({
      data: people.map((commonName) => ({ hub, commonName, addedBy, addedAt })),
    });
  }
  const rules = [
    ...units.map((value) => ({ kind: UNIT, value })),
    ...events.map((value) => ({ kind: EVENT, value })),
  ];
  if (rules.length > 0) {
    await tx.prisma.hubRule.createMany({ data: rules.map((rule) => ({ hub, ...rule, addedBy, addedAt })) });
  }
}

export async function removeFromHubList(tx: Tx, input: HubListNames & { hub: string }): Promise<void> {
  const { hub, people } = input;
  if (people.length > 0) {
    await tx.prisma.hubMember.deleteMany({ where: { hub, commonName: { in: [...people] } } });
  }
  for (const [kind, values] of [
    [UNIT, input.units],
    [EVENT, input.events],
  ] as const) {
    if (values.length > 0)
      await tx.prisma.hubRule.deleteMany({ where: { hub, kind, value: { in: [...values] } } });
  }
}

/** Of these names, those that stand on the list of some hub. */
export async function namesOnHubLists(db: Queries, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const rows = await db.prisma.hubMember.findMany({
    where: { commonName: { in: [...names] } },
    select: { commonName: true },
    distinct: ['commonName'],
  });
  return new Set(rows.map(({ commonName }) => commonName));
}

/** Hubs whose list names this event. */
export async function hubsWithEvent(db: Queries, event: string): Promise<string[]> {
  const rows = await db.prisma.hubRule.findMany({
    where: { kind: EVENT, value: event },
    select: { hub: true },
    orderBy: { hub: 'asc' },
  });
  return rows.map(({ hub }) => hub);
}
