import type { ReactNode } from 'react';

import { Icon, type IconName } from './icon';
import { State } from './state';

export type LinkKind = 'ok' | 'warn' | 'bad' | 'off' | 'wait';

export type ChainNode = {
  icon: IconName;
  name: ReactNode;
  fact: ReactNode;
  /** The link from this node to the next; the last one has none. */
  link?: { kind: LinkKind; word: ReactNode };
  /** Behind the break: not reached. */
  off?: boolean;
  id?: string;
};

/** "This browser → gate → CA → hub", marking the first broken link. Upright on phones. */
export function ChainLine({ label, nodes }: { label: string; nodes: readonly ChainNode[] }) {
  return (
    <ol className="chain" aria-label={label}>
      {nodes.map((node, index) => (
        <li key={index} className={node.off ? 'off' : undefined} id={node.id}>
          <span className="chain-mark">
            <Icon name={node.icon} />
          </span>
          {node.link ? (
            <span className={`chain-link is-${node.link.kind}`}>
              {node.link.kind === 'off' ? (
                <span className="state">{node.link.word}</span>
              ) : (
                <State kind={node.link.kind}>{node.link.word}</State>
              )}
            </span>
          ) : (
            <span />
          )}
          <span className="chain-text">
            <b>{node.name}</b>
            {node.fact}
          </span>
        </li>
      ))}
    </ol>
  );
}
