import type { Translate } from '#lib/ctx';

import { CodeBlock } from '../ui/code-block';
import { Fold } from '../ui/fold';
import { Words, slot } from '../ui/words';
import { CSR_TOOLS, csrCommands, type CsrCommandFacts } from './csr-commands';

/** The whole way by commands, for those who have OpenSSL and curl. */
export function CommandLine({
  facts,
  again,
  open,
  t,
}: {
  facts: CsrCommandFacts;
  /** The request whose place the form takes: of the commands only those help that make the CSR for it. */
  again: string | null;
  open: boolean;
  t: Translate;
}) {
  const { make } = csrCommands(facts);
  const block = (code: string) => <CodeBlock code={code} about={t('common.aboutCommand')} t={t} />;
  const [first, ...others] = CSR_TOOLS;
  const lede = again !== null ? 'again' : facts.server ? 'ledeServer' : 'lede';
  return (
    <Fold id="command-line" open={open} title={t('certs.commands.title')}>
      <p>{t(`certs.commands.${lede}`, { id: again ?? '' })}</p>
      <h2>{t('certs.commands.make')}</h2>
      {block(make[first])}
      {others.map((tool) => (
        <Fold key={tool} title={t(`certs.commands.with-${tool}`)}>
          {block(make[tool])}
        </Fold>
      ))}
      {again === null ? <SendAndFetch facts={facts} t={t} /> : null}
    </Fold>
  );
}

function SendAndFetch({ facts, t }: { facts: CsrCommandFacts; t: Translate }) {
  const { trust, send, wait, p12 } = csrCommands(facts);
  const block = (code: string) => <CodeBlock code={code} about={t('common.aboutCommand')} t={t} />;
  return (
    <>
      {trust === null ? null : (
        <>
          <h2>{t('certs.commands.trust')}</h2>
          <p>
            <Words
              text={t('certs.commands.trustText', { link: slot('link') })}
              slots={{ link: <a href="/ca?guide=curl">{t('certs.commands.trustLink')}</a> }}
            />
          </p>
          {block(trust)}
        </>
      )}
      <h2>{t('certs.commands.send')}</h2>
      <p>
        <Words text={t('certs.commands.sendText')} />
      </p>
      {block(send)}
      <h2>{t('certs.commands.wait')}</h2>
      <p>{t('certs.commands.waitText')}</p>
      {block(wait)}
      {p12 === null ? null : (
        <>
          <h2>{t('certs.commands.p12')}</h2>
          {block(p12)}
        </>
      )}
    </>
  );
}
