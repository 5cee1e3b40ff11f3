import type { Translate } from '#lib/ctx';

import { GUIDE_IDS, guide, type GuideId } from './guides';

const NOWHERE = { httpUrl: '', url: '', rootCn: '' };

/** All guides by group, as links: the choice works without JavaScript. */
export function GuideNav({ at, t }: { at: GuideId; t: Translate }) {
  const all = GUIDE_IDS.map((id) => guide(id, NOWHERE));
  return (
    <nav className="side-nav" aria-label={t('ca.guides.label')}>
      {(['systems', 'browsers', 'programs'] as const).map((group) => (
        <div key={group} className="side-group">
          <h2>{t(`ca.guides.${group}`)}</h2>
          <ul className="plain">
            {all
              .filter((one) => one.group === group)
              .map(({ id }) => (
                <li key={id}>
                  <a href={`/ca?guide=${id}`} aria-current={id === at ? 'page' : undefined}>
                    {t(`ca.guides.${id}.name`)}
                  </a>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
