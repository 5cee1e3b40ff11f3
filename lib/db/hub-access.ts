import type { Queries, Tx } from './client';

export type HubAccess = 'listed' | 'any-valid';
export type HubPolicyRow = { name: string; access: HubAccess; members: string[] };

/** Every policy with its members, in the order of names. */
export async function listHubPolicies(db: Queries): Promise<HubPolicyRow[]> {
  const rows = await db.prisma.hubPolicy.findMany({
    orderBy: { name: 'asc' },
    include: { members: { orderBy: { commonName: 'asc' } } },
  });
  return rows.map(({ name, access, members }) => ({
    name,
    // An unknown word, from a newer version or an edit by hand, admits fewer, not more.
    access: access === 'any-valid' ? 'any-valid' : 'listed',
    members: members.map(({ commonName }) => commonName),
  }));
}

export async function writeHubPolicy(tx: Tx, name: string, access: HubAccess): Promise<void> {
  await tx.prisma.hubPolicy.upsert({ where: { name }, create: { name, access }, update: { access } });
}

/** Makes the policy when there is none yet, as `access`; leaves one that is there. */
export async function ensureHubPolicy(tx: Tx, name: string, access: HubAccess): Promise<void> {
  await tx.prisma.hubPolicy.upsert({ where: { name }, create: { name, access }, update: {} });
}

export async function addHubMember(
  tx: Tx,
  member: { hub: string; commonName: string; addedBy: string; addedAt: Date },
): Promise<void> {
  const { hub, commonName } = member;
  await tx.prisma.hubMember.upsert({
    where: { hub_commonName: { hub, commonName } },
    create: member,
    update: {},
  });
}

/** @returns whether there was such a member */
export async function removeHubMember(tx: Tx, hub: string, commonName: string): Promise<boolean> {
  const { count } = await tx.prisma.hubMember.deleteMany({ where: { hub, commonName } });
  return count > 0;
}
