import type { RequestPreview } from '#lib/requests/views';

export type Way = 'browser' | 'paste' | 'upload';

/** What the step before knew, sent along again. */
export type Carried = {
  way: Way;
  profile: 'user' | 'server';
  names: string;
  commonName: string;
  email: string;
  label: string;
  note: string;
  csrBase64: string;
};

/** What the wizard's server action answers. */
export type WizardValue =
  | { step: 'preview'; preview: RequestPreview; carried: Carried }
  /** `left`: the request whose place this one was to take, where that could not be ended. */
  | { step: 'sent'; id: string; pickupSecret: string; left?: string };
