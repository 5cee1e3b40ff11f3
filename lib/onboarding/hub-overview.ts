import type { Ctx } from '../ctx';
import { hubProblems } from '../hubs/hub-problems';
import { listHubs } from '../hubs/list-hubs';

/** The hubs in a few figures, for the navigation and the first steps. */
export async function hubOverview(
  ctx: Pick<Ctx, 'actor' | 'config' | 'paths' | 'db' | 'now'>,
): Promise<{ names: string[]; problems: number; folderUnreadable: boolean }> {
  const [{ hubs }, { problems }] = await Promise.all([listHubs(ctx, { visitor: null }), hubProblems(ctx)]);
  return {
    names: hubs.map((hub) => hub.name),
    problems: problems.length,
    folderUnreadable: problems.some((problem) => problem.code === 'folder-unreadable'),
  };
}
