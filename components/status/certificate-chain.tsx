import type { Translate } from '#lib/ctx';
import type { ClientCertificateStatus } from '#lib/client-cert/status';

import { ChainLine, type ChainNode } from '../ui/chain-line';

/** Where the way to the hubs breaks, by what the gate saw. */
export function CertificateChain({
  status,
  facts,
  t,
}: {
  status: ClientCertificateStatus;
  facts: { browser: string; gateHost: string; caName: string };
  t: Translate;
}) {
  const word = (key: string) => t(`status.link.${key}`);
  const { shown, accepted } = status;
  const nodes: ChainNode[] = [
    {
      icon: 'browser',
      name: t('status.browser'),
      fact: facts.browser,
      link: shown ? { kind: 'ok', word: word('sent') } : { kind: 'bad', word: word('none') },
    },
    {
      icon: 'gate',
      name: t('status.gate'),
      fact: facts.gateHost,
      off: !shown,
      link: accepted
        ? { kind: 'ok', word: word('accepted') }
        : shown
          ? { kind: 'bad', word: word('refused') }
          : { kind: 'off', word: word('notReached') },
    },
    {
      icon: 'ca',
      name: t('status.ca'),
      fact: facts.caName,
      off: !accepted,
      link: accepted ? { kind: 'ok', word: word('open') } : { kind: 'off', word: word('notReached') },
    },
    { icon: 'hub', name: t('status.hub'), fact: t('status.hubFact'), off: !accepted },
  ];
  return <ChainLine label={t('status.chain')} nodes={nodes} />;
}
