import type { Translate } from '#lib/ctx';

import { importIntoNss } from '../ca/nss-folder';
import { Fold } from '../ui/fold';
import { Words } from '../ui/words';

const PLATFORMS = ['windows', 'macos', 'ios', 'android', 'firefox', 'chromium'] as const;
export type ImportPlatform = (typeof PLATFORMS)[number];

/** How each system takes the `.p12` in; the visitor's own is open and first. */
export function ImportGuides({ mine, file, t }: { mine: ImportPlatform; file: string; t: Translate }) {
  const order = [mine, ...PLATFORMS.filter((platform) => platform !== mine)];
  return order.map((platform) => (
    <Fold
      key={platform}
      open={platform === mine}
      title={t(`certs.import.${platform}.name`)}
      end={platform === mine ? t('certs.import.yours') : undefined}
    >
      <ol className="prose-list">
        {['s1', 's2', 's3'].map((step) => (
          <li key={step}>
            <Words text={t(`certs.import.${platform}.${step}`, { command: importIntoNss(file) })} />
          </li>
        ))}
      </ol>
    </Fold>
  ));
}

/** The import guide that fits a CA guide's platform. */
export function importPlatform(guide: string): ImportPlatform {
  return PLATFORMS.find((platform) => platform === guide) ?? 'chromium';
}

/** Apple's and Android's importers refuse the current form of PKCS#12. */
export function pkcs12Form(platform: ImportPlatform): 'modern' | 'legacy' {
  return platform === 'macos' || platform === 'ios' || platform === 'android' ? 'legacy' : 'modern';
}
