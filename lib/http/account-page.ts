import { ownRow, viewSecondFactors, type SecondFactorView } from '../identity/own-second-factor';
import { secondFactorPolicy } from '../identity/second-step';
import { instance } from '../instance';
import { requirePage, type Page } from './page';

export type AccountPage = {
  page: Page & { person: NonNullable<Page['person']> };
  factors: SecondFactorView;
  policy: ReturnType<typeof secondFactorPolicy>;
};

/** The page of whoever is signed in, and their second factors. */
export async function openAccount(): Promise<AccountPage> {
  const page = await requirePage('signed-in', '/account');
  const { secrets } = await instance();
  const factors = await viewSecondFactors(page.ctx, await ownRow(page.ctx), secrets.session);
  return { page, factors, policy: secondFactorPolicy(page.ctx) };
}
