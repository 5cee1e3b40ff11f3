import { confirmationOf, type Confirmation } from '../identity/confirmation';
import { ownRow, viewSecondFactors, type SecondFactorView } from '../identity/own-second-factor';
import { secondFactorPolicy } from '../identity/second-step';
import { instance } from '../instance';
import { requirePage, type Page } from './page';

export type AccountPage = {
  page: Page & { person: NonNullable<Page['person']> };
  factors: SecondFactorView;
  policy: ReturnType<typeof secondFactorPolicy>;
  /** What it takes to change a factor now. */
  confirmation: Confirmation;
};

/**
 * The page of whoever is signed in, and their second factors. A secret that waits for its first code is
 * for who may enter it only.
 *
 * @param here the page's own path
 */
export async function openAccount(here = '/account'): Promise<AccountPage> {
  const page = await requirePage('signed-in', here);
  const { secrets } = await instance();
  const [factors, confirmation] = await Promise.all([
    ownRow(page.ctx).then((user) => viewSecondFactors(page.ctx, user, secrets.session)),
    confirmationOf(page.ctx),
  ]);
  const pending = confirmation === 'confirmed' ? factors.pending : null;
  return {
    page,
    factors: { ...factors, pending },
    policy: secondFactorPolicy(page.ctx),
    confirmation,
  };
}
