import type { Queries, Tx } from './client';

export type HubAccess = 'listed' | 'any-valid';
export type HubPolicyRow = { name: string; access: HubAccess; members: string[]; units: string[] };
export type HubListEntry = { value: string; addedBy: string; addedAt: Date };

/** Rules as they are stored; a kind of a newer version admits nobody here. */
const UNIT = 'unit';

/** Every policy with its members, in the order of names. */
export async function listHubPolicies(db: Queries): Promise<HubPolicyRow[]> {
  const rows = await db.prisma.hubPolicy.findMany({
    orderBy: { name: 'asc' },
    include: {
      members: { orderBy: { commonName: 'asc' } },
      rules: { where: { kind: UNIT }, orderBy: { value: 'asc' } },
    },
  });
  return rows.map(({ name, access, members, rules }) => ({
    name,
    access: knownAccess(access),
    members: members.map(({ commonName }) => commonName),
    units: rules.map(({ value }) => value),
  }));
}

/** One hub's policy with who put whom on its list; null where nobody has decided anything yet. */
export async function findHubPolicy(
  db: Queries,
  name: string,
): Promise<{ access: HubAccess; people: HubListEntry[]; units: HubListEntry[] } | null> {
  const row = await db.prisma.hubPolicy.findUnique({
    where: { name },
    include: {
      members: { orderBy: { commonName: 'asc' } },
      rules: { where: { kind: UNIT }, orderBy: { value: 'asc' } },
    },
  });
  if (row === null) return null;
  return {
    access: knownAccess(row.access),
    people: row.members.map(({ commonName, addedBy, addedAt }) => ({ value: commonName, addedBy, addedAt })),
    units: row.rules.map(({ value, addedBy, addedAt }) => ({ value, addedBy, addedAt })),
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
  input: {
    hub: string;
    people: readonly string[];
    units: readonly string[];
    addedBy: string;
    addedAt: Date;
  },
): Promise<void> {
  const { hub, people, units, addedBy, addedAt } = input;
  if (people.length > 0) {
    await tx.prisma.hubMember.createMany({
      data: people.map((commonName) => ({ hub, commonName, addedBy, addedAt })),
    });
  }
  if (units.length > 0) {
    await tx.prisma.hubRule.createMany({
      data: units.map((value) => ({ hub, kind: UNIT, value, addedBy, addedAt })),
    });
  }
}

export async function removeFromHubList(
  tx: Tx,
  input: { hub: string; people: readonly string[]; units: readonly string[] },
): Promise<void> {
  const { hub, people, units } = input;
  if (people.length > 0) {
    await tx.prisma.hubMember.deleteMany({ where: { hub, commonName: { in: [...people] } } });
  }
  if (units.length > 0) {
    await tx.prisma.hubRule.deleteMany({ where: { hub, kind: UNIT, value: { in: [...units] } } });
  }
}
