import type { Translate } from '#lib/ctx';

import { State } from '../ui/state';

/** On every page of an evaluation or demonstration: what this is, and what must not be done with it. */
export function Band({ evaluation, demo, t }: { evaluation: boolean; demo: boolean; t: Translate }) {
  if (!evaluation && !demo) return null;
  const area = demo ? 'demo' : 'evaluation';
  return (
    <div className="band" role="note" aria-label={t(`common.band.${area}.title`)}>
      <div>
        <p>
          <State kind="warn">{t(`common.band.${area}.title`)}</State>
        </p>
        <p>{t(`common.band.${area}.text`)}</p>
      </div>
    </div>
  );
}
