import type { Page } from '#lib/http/page';
import { hubVisitor } from '#lib/hubs/hub-visitor';
import { viewFirstSteps, type FirstSteps } from '#lib/onboarding/view-first-steps';

/** The first steps as this person and this browser stand. */
export function loadFirstSteps(page: Page & { person: NonNullable<Page['person']> }): Promise<FirstSteps> {
  return viewFirstSteps(page.ctx, {
    userId: page.person.userId,
    visitor: hubVisitor(page.visitor),
    requestIds: page.requestIds,
    evaluation: page.evaluation,
  });
}
