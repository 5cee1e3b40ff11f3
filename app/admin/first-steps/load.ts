import type { Page } from '#lib/http/page';
import { viewFirstSteps, type FirstSteps } from '#lib/onboarding/view-first-steps';

/** The first steps as this person and this browser stand. */
export function loadFirstSteps(page: Page & { person: NonNullable<Page['person']> }): Promise<FirstSteps> {
  const { visitor } = page;
  return viewFirstSteps(page.ctx, {
    userId: page.person.userId,
    visitor: visitor.shown
      ? { accepted: visitor.accepted, commonName: visitor.certificate?.commonName ?? null }
      : null,
    requestIds: page.requestIds,
    evaluation: page.evaluation,
  });
}
