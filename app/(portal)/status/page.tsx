import type { Metadata } from 'next';
import { headers } from 'next/headers';

import { browserName } from '#components/ca/guides';
import { AskAgain } from '#components/status/ask-again';
import { WayCheck, type WayCheckWords } from '#components/status/way-check';
import { SectionHead } from '#components/ui/section-head';
import { slot, Words } from '#components/ui/words';
import { wordsOf } from '#components/ui/words-of';
import { openPage, type Page } from '#lib/http/page';
import { caFacts } from '#lib/trust/ca-facts';

import { PortalPage } from '../../portal-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('status.title') };
}

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Is the CA trusted here, and what does the gate see? Also on plain http, for the first question. */
export default async function StatusPage({ searchParams }: Search) {
  const page = await openPage();
  const { t, config, site } = page;
  const { canaryUrl, gateUrl, url } = config.site;
  const userAgent = (await headers()).get('user-agent') ?? '';
  const browser = browserName(userAgent);
  const gateHost = new URL(gateUrl).host;
  const nonce = crypto.randomUUID().replaceAll('-', '');
  return (
    <PortalPage page={page} at="check">
      <WayCheck
        facts={{
          canaryUrl,
          gateUrl,
          gateHost,
          caName: caFacts(page.ctx.paths)?.signing.commonName ?? config.pki.signingCn,
          browser: browser ? `${browser.browser}, ${browser.system}` : '',
          mayAskGate: site !== 'http',
        }}
        words={wayWords(t)}
      />
      {site === 'http' ? (
        <p className="help-after">
          <Words
            text={t('status.httpText', { url: slot('url') })}
            slots={{ url: <a href={`${url}/status`}>{`${url}/status`}</a> }}
          />
        </p>
      ) : null}
      <noscript>
        <p className="help-after">
          {t((await searchParams)['trust'] === 'returned' ? 'ca.check.returned' : 'status.noScript')}{' '}
          <a href={`${canaryUrl}/trust/return?nonce=${nonce}`}>{t('status.noScriptTrust')}</a>{' '}
          <a href={`${gateUrl}/status/cert-check`}>{t('status.noScriptGate')}</a>
        </p>
      </noscript>
      <section className="section narrow" aria-labelledby="again">
        <SectionHead flush id="again" title={t('status.again.title')} />
        <AskAgain userAgent={userAgent} gateHost={gateHost} t={t} />
      </section>
    </PortalPage>
  );
}

function wayWords(t: Page['t']): WayCheckWords {
  const answer = (key: string) => wordsOf(t, `status.answer.${key}`, ['title', 'lede'], ['name']);
  const trust = ['asking', 'trusted', 'untrusted', 'unresolved', 'unknown'] as const;
  return {
    ...wordsOf(t, 'status', ['heading', 'lede', 'chain']),
    nodes: wordsOf(t, 'status', ['browser', 'gate', 'ca', 'hub', 'hubFact']),
    link: wordsOf(t, 'status.link', [
      ...trust,
      'notAsked',
      'none',
      'refused',
      'accepted',
      'handshake',
      'notReached',
      'open',
    ]),
    trustTitle: wordsOf(t, 'status.trustTitle', trust),
    trustText: wordsOf(t, 'status.trustText', trust),
    answer: {
      none: answer('none'),
      accepted: answer('accepted'),
      refused: answer('refused'),
      handshake: answer('handshake'),
      untrusted: answer('untrusted'),
    },
    actions: wordsOf(t, 'status', [
      'trustAction',
      'probe',
      'probeAgain',
      'probing',
      'probeNote',
      'details',
      'hubs',
      'request',
    ]),
  };
}
