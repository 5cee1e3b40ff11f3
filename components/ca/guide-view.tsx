import type { Translate } from '#lib/ctx';

import { CodeBlock } from '../ui/code-block';
import { Fold } from '../ui/fold';
import { Icon } from '../ui/icon';
import { Words } from '../ui/words';
import type { Guide, GuideBlock } from './guides';
import { WindowsStoreDrawing } from './windows-store-drawing';

/** One guide, step by step. `sizes` words the size of each file offered. */
export function GuideView({
  guide,
  sizes,
  t,
}: {
  guide: Guide;
  sizes: Record<string, string>;
  t: Translate;
}) {
  const word = (key: string) => t(`ca.guides.${guide.id}.${key}`);
  return (
    <ol className="guide">
      {guide.steps.map((step) => (
        <li key={step.title}>
          <div className="stack-2">
            <h3>{word(step.title)}</h3>
            <Blocks blocks={step.blocks} word={word} sizes={sizes} t={t} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function Blocks({
  blocks,
  word,
  sizes,
  t,
}: {
  blocks: GuideBlock[];
  word: (key: string) => string;
  sizes: Record<string, string>;
  t: Translate;
}) {
  return blocks.map((block, index) => {
    switch (block.kind) {
      case 'text':
        return (
          <p key={index}>
            <Words text={word(block.key)} />
          </p>
        );
      case 'code':
        return <CodeBlock key={index} code={block.code} about={t('common.aboutCommand')} t={t} />;
      case 'download':
        return (
          <div key={index} className="stack-2">
            <p>
              <a className="btn btn-primary" href={`/ca/${block.file}`} download>
                <Icon name="down" />
                {t('ca.guides.downloadFile', { file: block.file })}
              </a>
            </p>
            <p className="meta">{t(`ca.guides.${block.note}`, { size: sizes[block.file] ?? '' })}</p>
          </div>
        );
      case 'drawing':
        return <WindowsStoreDrawing key={index} t={t} />;
      case 'fold':
        return (
          <Fold key={index} title={word(block.title)}>
            <Blocks blocks={block.blocks} word={word} sizes={sizes} t={t} />
          </Fold>
        );
    }
  });
}
