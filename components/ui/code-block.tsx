import type { Translate } from '#lib/ctx';

import { CopyButton } from './copy-button';

/** Something to type or to paste elsewhere, with a button that copies it. */
export function CodeBlock({
  code,
  about,
  t,
}: {
  code: string;
  /** "the command" */ about: string;
  t: Translate;
}) {
  return (
    <div className="code">
      <pre>
        <code>{code}</code>
      </pre>
      <CopyButton text={code} label={t('common.copy')} copied={t('common.copied')} about={about} />
    </div>
  );
}
