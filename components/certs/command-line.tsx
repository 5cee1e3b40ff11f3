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
  const { make, ...others } = csrCommands(facts);
  const [tool, ...tools] = CSR_TOOLS;
  const lede = again !== null ? 'again' : facts.server ? 'ledeServer' : 'lede';
  return (
    <Fold id="command-line" open={open} title={t('certs.commands.title')}>
      <p>{t(`certs.commands.${lede}`, { id: again ?? '' })}</p>
      <h2>{t('certs.commands.make')}</h2>
      <Command code={make[tool]} t={t} />
      {tools.map((other) => (
        <Fold key={other} title={t(`certs.commands.with-${other}`)}>
          <Command code={make[other]} t={t} />
        </Fold>
      ))}
      {again === null ? <SendAndFetch commands={others} t={t} /> : null}
    </Fold>
  );
}

function Command({ code, t }: { code: string; t: Translate }) {
  return <CodeBlock code={code} about={t('common.aboutCommand')} t={t} />;
}

function SendAndFetch({
  commands: { trust, send, wait, p12 },
  t,
}: {
  commands: Omit<ReturnType<typeof csrCommands>, 'make'>;
  t: Translate;
}) {
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
          <Command code={trust} t={t} />
        </>
      )}
      <h2>{t('certs.commands.send')}</h2>
      <p>
        <Words text={t('certs.commands.sendText')} />
      </p>
      <Command code={send} t={t} />
      <h2>{t('certs.commands.wait')}</h2>
      <p>{t('certs.commands.waitText')}</p>
      <Command code={wait} t={t} />
      {p12 === null ? null : (
        <>
          <h2>{t('certs.commands.p12')}</h2>
          <Command code={p12} t={t} />
        </>
      )}
    </>
  );
}
