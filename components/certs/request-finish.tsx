import type { Translate } from '#lib/ctx';
import type { RequesterView } from '#lib/requests/views';

import { CodeBlock } from '../ui/code-block';
import { Fold } from '../ui/fold';
import { SectionHead } from '../ui/section-head';
import { wordsOf } from '../ui/words-of';
import { KeptKeyNote } from './kept-key';
import { StartAgain } from './start-again';

/** While one waits: the key's backup, and the other ways to the certificate. */
export function RequestFinish({
  view,
  siteUrl,
  again,
  t,
}: {
  view: RequesterView;
  siteUrl: string;
  /** A later request may take its place. */
  again: boolean;
  t: Translate;
}) {
  const command =
    `curl --cacert bundle.pem --retry 60 --retry-all-errors --retry-delay 60 -f \\\n` +
    `  -H "Authorization: Bearer $(cat pickup-secret)" -o certificate.pem \\\n` +
    `  ${siteUrl}/api/v1/requests/${view.id}/certificate.pem`;
  return (
    <section className="section" aria-labelledby="finish">
      <SectionHead id="finish" title={t('certs.request.finish')} />
      <div className="stack">
        <KeptKeyNote
          id={view.id}
          spkiSha256={view.spkiSha256}
          words={wordsOf(t, 'certs.request', ['backupNone', 'backupSave', 'backupDone', 'keyElsewhere'])}
        />
        {again ? <StartAgain id={view.id} t={t} /> : null}
        <div>
          <Fold title={t('certs.request.another')}>
            <p>{t('certs.request.anotherText')}</p>
          </Fold>
          <Fold title={t('certs.request.curl')}>
            <p>{t('certs.request.curlText')}</p>
            <CodeBlock code={command} about={t('common.aboutCommand')} t={t} />
          </Fold>
        </div>
      </div>
    </section>
  );
}
