import { headers as nextHeaders } from 'next/headers';

import { viewSecondFactors, type SecondFactorView } from '../identity/own-second-factor';
import { halfPerson, secondStepOf } from '../identity/second-step';
import { instance } from '../instance';
import { callerHalf } from './caller-half';
import { makeCtx, readCaller } from './caller';
import { allowsSignIn } from './site';

/** What the page between the factors shows, and to whom. */
export type SecondStepPage = {
  step: 'show' | 'enrol';
  login: string;
  counts: SecondFactorView['counts'];
  /** Of who enrols. Who has a factor shows that, and sees no secret of another that they once began. */
  pending: SecondFactorView['pending'];
};

/** The half sign-in of this browser; null when there is none, or none that may go on. */
export async function openSecondStep(): Promise<SecondStepPage | null> {
  const house = await instance();
  const caller = readCaller(await nextHeaders(), house);
  if (!allowsSignIn(caller.site)) return null;
  const ctx = makeCtx(house, caller, { kind: 'visitor', addressKey: caller.addressKey });
  try {
    const half = await callerHalf(house, caller, ctx.now());
    const user = await halfPerson(ctx, half);
    const step = await secondStepOf(ctx, user, half.facts);
    if (step === 'none') return null;
    const { counts, pending } = await viewSecondFactors(ctx, user, house.secrets.session);
    return { step, login: user.login, counts, pending: step === 'enrol' ? pending : null };
  } catch {
    return null; // too late, or another password meanwhile: the page leads back to the beginning
  }
}
