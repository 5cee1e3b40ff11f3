import type { Metadata } from 'next';
import { redirect } from 'next/navigation';

import { CommandLine } from '#components/certs/command-line';
import type { CsrCommandFacts } from '#components/certs/csr-commands';
import { RequestWizard } from '#components/certs/request-wizard';
import type { Way } from '#components/certs/wizard-state';
import { OptionLinks } from '#components/ui/options';
import { Callout } from '#components/ui/callout';
import { PageHead } from '#components/ui/page-head';
import { Trail } from '#components/ui/steps';
import { Words, slot } from '#components/ui/words';
import { openPage, type Page } from '#lib/http/page';
import { knownRequester } from '#lib/requests/known-requester';
import { REQUEST_ID } from '#lib/requests/request-id';
import { canStartAgain } from '#lib/requests/start-again';
import { viewOwnRequest } from '#lib/requests/view-own-request';

import { PortalPage } from '../../../portal-page';
import { trustSeen } from '../../trust-seen';
import { wizardFacts, wizardWords } from '../wizard-setting';
import { requestCertificate } from './actions';
import { newRequestAddress } from './address';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('certs.new.title') };
}

const WAYS = ['browser', 'paste', 'upload'] as const satisfies readonly Way[];
/** A server's key is made on the server: a browser is the wrong place for it. */
const SERVER_WAYS = ['paste', 'upload'] as const satisfies readonly Way[];

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** The request wizard, one address per way. */
export default async function NewRequestPage({ searchParams }: Search) {
  const page = await openPage();
  const { t, config, person } = page;
  const query = await searchParams;
  if (config.requests.signIn === 'required' && person === null) {
    redirect(`/sign-in?next=${encodeURIComponent(newRequestAddress(query))}`);
  }
  const { silent, ...known } = await knownRequester(page.ctx);
  const server = query['for'] === 'server' && config.pki.serverNames.length > 0;
  // A machine's request is another wish, and takes the place of none of a person's.
  const again = server ? null : await requestBefore(page, query['again']);
  const hrefOf = (kept: Way) =>
    newRequestAddress({ for: server ? 'server' : undefined, again: again?.id, way: kept });
  const ways = server ? SERVER_WAYS : WAYS;
  const way = ways.find((known) => known === query['way']) ?? ways[0];
  const trusted = (await trustSeen(page)) !== null;
  const words = wizardWords(page, server ? config.pki.serverDays : config.pki.userDays);
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        title={t(`certs.new.${again !== null ? 'titleAgain' : server ? 'titleServer' : 'title'}`)}
        lede={
          again !== null
            ? t(again.issued ? 'certs.new.againIssued' : 'certs.new.againLede', { id: again.id })
            : server
              ? t('certs.new.ledeServer', { names: namesInWords(page) })
              : undefined
        }
      />
      <Trail
        label={t('certs.new.progress')}
        done={t('common.done')}
        at={1}
        steps={['trail1', 'trail2', 'trail3', 'trail4'].map((key) => t(`certs.new.${key}`))}
      />
      {silent ? (
        <div className="section">
          <Callout kind="warn" alert>
            <p>{t('certs.new.directorySilent')}</p>
          </Callout>
        </div>
      ) : null}
      {trusted || config.trust.root === 'public' || config.trust.enforce === 'off' ? null : (
        <div className="section">
          <Callout kind="warn">
            <p>
              <Words
                text={t(`certs.new.untrusted-${config.trust.enforce}`, { link: slot('link') })}
                slots={{ link: <a href="/ca">{t('certs.new.untrustedLink')}</a> }}
              />
            </p>
          </Callout>
        </div>
      )}
      <div className="section wizard">
        <RequestWizard
          key={`${server} ${way}`}
          way={way}
          server={server}
          action={requestCertificate}
          words={words}
          again={again}
          ways={
            <>
              <p className="legend" id="ways">
                {t('certs.new.ways')}
              </p>
              <OptionLinks
                label={t('certs.new.ways')}
                value={way}
                options={ways.map((value) => ({
                  value,
                  href: hrefOf(value),
                  title: t(`certs.new.way.${value}`),
                  text: t(`certs.new.way.${value}Text`),
                }))}
              />
              {config.pki.serverNames.length === 0 ? null : (
                <p className="small other-profile">
                  <Words
                    text={t(server ? 'certs.new.forPerson' : 'certs.new.forServer', { link: slot('link') })}
                    slots={{
                      link: (
                        <a href={server ? '/certs/new' : '/certs/new?for=server'}>
                          {t(server ? 'certs.new.forPersonLink' : 'certs.new.forServerLink')}
                        </a>
                      ),
                    }}
                  />
                </p>
              )}
            </>
          }
          trustProof={page.trustProof}
          facts={wizardFacts(page, known)}
        />
      </div>
      <div className="section">
        {way === 'browser' ? (
          <p>
            <a href={`${hrefOf('paste')}#command-line`}>{t('certs.commands.title')}</a>
          </p>
        ) : (
          <CommandLine
            facts={commandFacts(page, server, {
              ...known,
              account: again?.values.commonName ?? known.account,
            })}
            again={again?.id ?? null}
            open={way === 'paste'}
            t={t}
          />
        )}
      </div>
    </PortalPage>
  );
}

/** The request whose place this one is to take, as far as it is this visitor's and may still be replaced. */
async function requestBefore(
  page: Page,
  id: string | string[] | undefined,
): Promise<{
  id: string;
  issued: boolean;
  values: { commonName: string; email: string; label: string };
} | null> {
  if (typeof id !== 'string' || !REQUEST_ID.test(id)) return null;
  const own = await page.asRequester(id);
  if (own === null) redirect(`/certs/requests/${id}`); // where the pick-up secret is asked for
  // Replaced already, a moment ago perhaps: the page is made anew under what was just sent.
  if (!(await canStartAgain(own, { id }))) return null;
  const { commonName, email, label, state } = await viewOwnRequest(own, { id });
  const values = { commonName, email: email ?? '', label: label ?? '' };
  return { id, issued: state === 'ISSUED', values };
}

/** What the commands for a shell name: the reader's own where it is known, else an example. */
function commandFacts(
  { config }: Page,
  server: boolean,
  known: { login: string | null; account: string | null; email: string | null },
): CsrCommandFacts {
  const { url, httpUrl, canaryUrl } = config.site;
  const [host = 'hub.example.org'] = config.pki.serverNames;
  const privateRoot = config.trust.root !== 'public';
  return {
    url,
    httpUrl,
    canaryUrl,
    name: server ? host.replace(/^\./u, 'hub.') : (known.account ?? known.login ?? 'alice'),
    email: known.email ?? 'alice@example.org',
    server,
    privateRoot,
    proof: privateRoot && config.trust.enforce !== 'off',
  };
}

/** `.example.org` in the configuration stands for whatever is below it. */
function namesInWords({ t, config }: Page): string {
  return config.pki.serverNames
    .map((name) => (name.startsWith('.') ? t('certs.new.namesBelow', { domain: name.slice(1) }) : name))
    .join(', ');
}
