'use client';

import { useCallback, useEffect, useState } from 'react';

import { probeTrust, type TrustAnswer } from '../ca/trust-probe';
import { Button, LinkButton } from '../ui/button';
import { ChainLine, type ChainNode } from '../ui/chain-line';
import { PageHead } from '../ui/page-head';
import { filled } from '../ui/words-of';

type Trust = TrustAnswer['state'] | 'asking';
type Gate = 'unasked' | 'asking' | 'none' | 'accepted' | 'refused' | 'handshake' | 'untrusted';
type Words<K extends string> = Record<K, string>;
type Answered = Exclude<Gate, 'unasked' | 'asking'>;

export type WayCheckWords = {
  heading: string;
  lede: string;
  chain: string;
  nodes: Words<'browser' | 'gate' | 'ca' | 'hub' | 'hubFact'>;
  link: Words<
    | 'asking'
    | 'trusted'
    | 'untrusted'
    | 'unresolved'
    | 'unknown'
    | 'notAsked'
    | 'none'
    | 'refused'
    | 'accepted'
    | 'handshake'
    | 'notReached'
    | 'open'
  >;
  trustTitle: Words<Trust>;
  trustText: Words<Trust>;
  answer: Record<Answered, Words<'title' | 'lede'>>;
  actions: Words<
    'trustAction' | 'probe' | 'probeAgain' | 'probing' | 'probeNote' | 'details' | 'hubs' | 'request'
  >;
};

export type WayCheckFacts = {
  canaryUrl: string;
  gateUrl: string;
  gateHost: string;
  caName: string;
  browser: string;
  /** Plain http: the gate answers the portal's https name only. */
  mayAskGate: boolean;
};

/** Both questions, answered in this browser: is the CA trusted, and does the gate accept what is shown? */
export function WayCheck({ facts, words }: { facts: WayCheckFacts; words: WayCheckWords }) {
  const [trust, setTrust] = useState<Trust>('asking');
  const [gate, setGate] = useState<Gate>('unasked');
  const [name, setName] = useState('');

  const askTrust = useCallback(
    () => void probeTrust(facts.canaryUrl).then(({ state }) => setTrust(state)),
    [facts.canaryUrl],
  );
  useEffect(() => askTrust(), [askTrust]);

  function askGate() {
    setGate('asking');
    fetch(`${facts.gateUrl}/status/cert-check`, {
      credentials: 'include',
      cache: 'no-store',
      headers: { accept: 'application/json' },
    })
      .then(async (answer) => {
        const told = (await answer.json()) as {
          shown: boolean;
          accepted: boolean;
          certificate?: { commonName: string | null };
        };
        setName(told.certificate?.commonName ?? '');
        setGate(told.accepted ? 'accepted' : told.shown ? 'refused' : 'none');
      })
      // A handshake that failed looks like any other network error; the trust test tells them apart.
      .catch(() => setGate(trust === 'trusted' ? 'handshake' : 'untrusted'));
  }

  const answered = gate === 'unasked' || gate === 'asking' ? null : gate;
  const kind =
    answered === null
      ? trustKind(trust)
      : answered === 'accepted'
        ? 'ok'
        : answered === 'none'
          ? 'warn'
          : 'bad';
  const title =
    answered === null
      ? trust === 'asking'
        ? words.heading
        : words.trustTitle[trust]
      : words.answer[answered].title;
  const lede =
    answered === null
      ? trust === 'asking'
        ? words.lede
        : words.trustText[trust]
      : filled(words.answer[answered].lede, { name });
  return (
    <>
      <div role="status">
        <PageHead kind={kind} title={title} lede={lede} />
      </div>
      <ChainLine label={words.chain} nodes={nodes(facts, words, trust, gate)} />
      <div className="actions lead-actions">
        {trust === 'untrusted' && gate !== 'accepted' ? (
          <LinkButton look="primary" href="/ca">
            {words.actions.trustAction}
          </LinkButton>
        ) : null}
        {facts.mayAskGate ? (
          <Button look={trust === 'trusted' && gate === 'unasked' ? 'primary' : 'plain'} onClick={askGate}>
            {gate === 'asking'
              ? words.actions.probing
              : gate === 'unasked'
                ? words.actions.probe
                : words.actions.probeAgain}
          </Button>
        ) : null}
        {gate === 'accepted' ? (
          <LinkButton look="primary" href="/hubs">
            {words.actions.hubs}
          </LinkButton>
        ) : null}
        {gate === 'none' ? (
          <LinkButton look="primary" href="/certs/new">
            {words.actions.request}
          </LinkButton>
        ) : null}
        {facts.mayAskGate ? (
          <>
            <LinkButton look="quiet" href={`${facts.gateUrl}/status/cert-check`}>
              {words.actions.details}
            </LinkButton>
            <span className="meta">{words.actions.probeNote}</span>
          </>
        ) : null}
      </div>
    </>
  );
}

function trustKind(trust: Trust): 'ok' | 'warn' | 'wait' | undefined {
  return (
    { trusted: 'ok', untrusted: 'warn', unresolved: 'wait', unknown: 'wait', asking: undefined } as const
  )[trust];
}

function nodes(facts: WayCheckFacts, words: WayCheckWords, trust: Trust, gate: Gate): ChainNode[] {
  const { link } = words;
  const reached = trust === 'trusted' || gate === 'accepted' || gate === 'none' || gate === 'refused';
  const first: ChainNode['link'] = {
    kind: reached
      ? 'ok'
      : ({ untrusted: 'bad', unresolved: 'off', unknown: 'off', asking: 'off', trusted: 'ok' } as const)[
          trust
        ],
    word: reached ? link.trusted : link[trust],
  };
  const second: NonNullable<ChainNode['link']> =
    gate === 'unasked' || gate === 'untrusted'
      ? { kind: 'off', word: reached ? link.notAsked : link.notReached }
      : gate === 'asking'
        ? { kind: 'off', word: link.asking }
        : gate === 'accepted'
          ? { kind: 'ok', word: link.accepted }
          : gate === 'none'
            ? { kind: 'warn', word: link.none }
            : { kind: 'bad', word: gate === 'handshake' ? link.handshake : link.refused };
  const through = gate === 'accepted';
  return [
    { icon: 'browser', name: words.nodes.browser, fact: facts.browser, link: first },
    { icon: 'gate', name: words.nodes.gate, fact: facts.gateHost, link: second, off: !reached },
    {
      icon: 'ca',
      name: words.nodes.ca,
      fact: facts.caName,
      link: through ? { kind: 'ok', word: link.open } : { kind: 'off', word: link.notReached },
      off: !through,
    },
    { icon: 'hub', name: words.nodes.hub, fact: words.nodes.hubFact, off: !through },
  ];
}
