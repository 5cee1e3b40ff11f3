import type { Translate } from '#lib/ctx';
import type { RequesterView } from '#lib/requests/views';

import { LinkButton } from '../ui/button';
import { Callout } from '../ui/callout';
import { SectionHead } from '../ui/section-head';
import { Cell, Row, RowHead, Table } from '../ui/table';
import { Words } from '../ui/words';
import { wordsOf } from '../ui/words-of';
import { ImportGuides, pkcs12Form, type ImportPlatform } from './import-guides';
import { p12Name } from './p12-name';
import { PickUp, type FetchedAction } from './pick-up';
import { PICKUP_WORDS } from './pick-up-words';
import { StartAgain } from './start-again';

const FILES = [
  ['certificate.pem', 'pem'],
  ['fullchain.pem', 'fullchain'],
  ['chain.pem', 'chain'],
  ['certificate.p7b', 'p7b'],
  ['certificate.crt', 'crt'],
] as const;

/** The certificate is there: one file to import, how to import it, and the plain files. */
export function RequestPickUp({
  view,
  platform,
  fetched,
  again,
  t,
}: {
  view: RequesterView;
  platform: ImportPlatform;
  fetched: FetchedAction;
  /** A later request may take its place. */
  again: boolean;
  t: Translate;
}) {
  const { certificate } = view;
  if (!certificate) return null;
  return (
    <>
      <section aria-labelledby="pickup">
        <SectionHead id="pickup" title={t('certs.pickup.title')} />
        <div className="stack">
          <p className="small">{t('certs.pickup.text')}</p>
          <noscript>
            <Callout kind="warn">
              <p>
                <Words text={t('certs.pickup.noScript')} />
              </p>
            </Callout>
          </noscript>
          <PickUp
            facts={{
              id: view.id,
              spkiSha256: view.spkiSha256,
              commonName: view.commonName,
              chainPem: certificate.pem + certificate.chain,
              form: pkcs12Form(platform),
            }}
            fetched={fetched}
            words={wordsOf(t, 'certs.pickup', PICKUP_WORDS, ['file'])}
          />
          {again ? <StartAgain id={view.id} t={t} /> : null}
        </div>
      </section>
      <section className="section" aria-labelledby="import">
        <SectionHead flush id="import" title={t('certs.import.title')} />
        <ImportGuides mine={platform} file={p12Name(view.commonName)} t={t} />
        <p className="actions section-actions">
          <LinkButton href="/status">{t('certs.request.check')}</LinkButton>
          <LinkButton look="quiet" href="/hubs">
            {t('certs.request.hubs')}
          </LinkButton>
        </p>
      </section>
      <section className="section" aria-labelledby="files">
        <SectionHead flush id="files" title={t('certs.request.files')} note={t('certs.request.filesText')} />
        <Table headsHidden heads={[t('certs.request.file'), t('certs.request.what2')]}>
          {FILES.map(([file, key]) => (
            <Row key={file}>
              <RowHead>
                <a className="mono" href={`/api/v1/requests/${view.id}/${file}`} download>
                  {file}
                </a>
              </RowHead>
              <Cell>{t(`certs.request.${key}`)}</Cell>
            </Row>
          ))}
        </Table>
      </section>
    </>
  );
}
