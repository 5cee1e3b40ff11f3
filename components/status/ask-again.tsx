import type { Translate } from '#lib/ctx';

import { Fold } from '../ui/fold';
import { Words } from '../ui/words';

const BROWSERS = ['firefox', 'chromium', 'macos', 'ios'] as const;
type Browser = (typeof BROWSERS)[number];

/** Per browser: how to make it show the right certificate. The visitor's own is open and first. */
export function AskAgain({ userAgent, gateHost, t }: { userAgent: string; gateHost: string; t: Translate }) {
  const mine = browserOf(userAgent);
  return [mine, ...BROWSERS.filter((browser) => browser !== mine)].map((browser) => (
    <Fold
      key={browser}
      open={browser === mine}
      title={t(`status.again.${browser}.name`)}
      end={browser === mine ? t('status.again.yours') : undefined}
    >
      <ol className="prose-list">
        {['s1', 's2', 's3'].map((step) => (
          <li key={step}>
            <Words text={t(`status.again.${browser}.${step}`, { gate: gateHost })} />
          </li>
        ))}
      </ol>
    </Fold>
  ));
}

function browserOf(userAgent: string): Browser {
  if (/iPhone|iPad/u.test(userAgent)) return 'ios';
  if (/Firefox\//u.test(userAgent)) return 'firefox';
  if (/Macintosh/u.test(userAgent) && !/Chrome\//u.test(userAgent)) return 'macos';
  return 'chromium';
}
