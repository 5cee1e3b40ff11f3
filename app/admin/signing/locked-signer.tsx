import type { ReactNode } from 'react';

import type { Page } from '#lib/http/page';
import type { SignerView } from '#lib/onboarding/signer-view';

import { LinkButton } from '#components/ui/button';
import { CodeBlock } from '#components/ui/code-block';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';
import { State } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';
import { Timeline } from '#components/ui/timeline';

/** Signing is paused: why, who acts next and with which command, and what works meanwhile. */
export function LockedSigner({
  page,
  signer,
  waiting,
  crumb,
}: {
  page: Page;
  signer: SignerView;
  waiting: number;
  crumb: ReactNode;
}) {
  const { t, ctx, locale, config } = page;
  const down = signer.state === 'down';
  const word = (key: string) => t(`admin.signing.${key}`);
  const works = <State kind="ok">{word('works')}</State>;
  return (
    <>
      <PageHead
        crumb={crumb}
        kind={down ? 'bad' : 'warn'}
        icon={down ? 'bad' : 'lock'}
        title={word(down ? 'titleDown' : 'titleLocked')}
        lede={word(down ? 'ledeDown' : 'ledeLocked')}
      />
      <p className="actions lead-actions">
        <LinkButton look="primary" href="/admin/signing">
          {word('recheck')}
        </LinkButton>
      </p>
      <div className="cols cols-even section">
        <section aria-labelledby="next">
          <SectionHead id="next" title={word('whoUnlocks')} />
          <Timeline
            now={ctx.now()}
            locale={locale}
            items={[
              {
                state: 'done',
                title: word('stepApproved'),
                text: t('admin.signing.stepApprovedText', { n: waiting }),
              },
              {
                state: 'at',
                title: word(down ? 'stepStart' : 'stepUnlock'),
                text: word(down ? 'stepUnlockDown' : 'stepUnlockText'),
              },
              {
                state: 'todo',
                title: word('stepSign'),
                text: word(config.signing.auto ? 'stepSignAuto' : 'stepSignManual'),
              },
            ]}
          />
          <div className="section-actions">
            <CodeBlock
              code={down ? 'npx hubgate doctor' : 'npx hubgate ca unlock'}
              about={t('common.aboutCommand')}
              t={t}
            />
          </div>
        </section>
        <section aria-labelledby="meanwhile">
          <SectionHead flush id="meanwhile" title={word('meanwhile')} />
          <Table headsHidden heads={[word('colThing'), word('colWorks')]} fold={false}>
            <Row>
              <RowHead>{word('worksHubs')}</RowHead>
              <td role="cell">{works}</td>
            </Row>
            <Row>
              <RowHead>{word('worksRequests')}</RowHead>
              <td role="cell">{works}</td>
            </Row>
            <Row>
              <RowHead>{word('worksRevoke')}</RowHead>
              <td role="cell">
                {down ? (
                  <State kind="wait">{word('worksSigner')}</State>
                ) : (
                  <State kind="ok">{word('worksGate')}</State>
                )}
              </td>
            </Row>
            <Row>
              <RowHead>{word('worksNew')}</RowHead>
              <td role="cell">
                <State kind="wait">{word(down ? 'waitsDown' : 'waits')}</State>
              </td>
            </Row>
          </Table>
        </section>
      </div>
    </>
  );
}
