import type { Ctx } from '../ctx';
import { requirePermission } from '../identity/authorise';
import { runningIndex, scanHubs } from './hub-index';
import type { RegistrationProblem } from './parse-registration';

/** What is wrong with registration files, by file and line: for people who can mend it. */
export async function hubProblems(
  ctx: Pick<Ctx, 'actor' | 'config' | 'paths' | 'now'>,
): Promise<{ folder: string; problems: readonly RegistrationProblem[] }> {
  requirePermission(ctx, 'hubs.read');
  const snapshot = runningIndex()?.snapshot() ?? (await scanHubs(ctx, ctx.now().getTime()));
  return { folder: ctx.paths.hubsDir, problems: snapshot.problems };
}
