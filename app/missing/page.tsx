import type { Metadata } from 'next';

import { PageHead } from '#components/ui/page-head';
import { Cell, Row, RowHead, Table } from '#components/ui/table';
import { openPage } from '#lib/http/page';

import { PortalPage } from '../portal-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('common.notFound.title') };
}

const ELSEWHERE = [
  ['/', 'start', 'startText'],
  ['/certs', 'certs', 'certsText'],
  ['/hubs', 'hubs', 'hubsText'],
] as const;

/** No page at this address: says so, and where to go on. Sent by bin/spoken-errors.mjs. */
export default async function NotFound() {
  const page = await openPage();
  const { t } = page;
  return (
    <PortalPage page={page} at={null}>
      <PageHead title={t('common.notFound.title')} lede={t('common.notFound.lede')} />
      <section className="section narrow" aria-labelledby="elsewhere">
        <div className="section-head flush">
          <h2 id="elsewhere">{t('common.notFound.elsewhere')}</h2>
        </div>
        <Table headsHidden heads={[t('common.notFound.page'), t('common.notFound.what')]} fold={false}>
          {ELSEWHERE.map(([href, word, text]) => (
            <Row key={href}>
              <RowHead>
                <a href={href}>{t(`common.notFound.${word}`)}</a>
              </RowHead>
              <Cell>{t(`common.notFound.${text}`)}</Cell>
            </Row>
          ))}
        </Table>
      </section>
    </PortalPage>
  );
}
