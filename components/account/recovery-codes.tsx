import { CopyButton } from '../ui/copy-button';
import { Icon } from '../ui/icon';

export type RecoveryWords = Record<'codesTitle' | 'codesHelp' | 'copy' | 'copied' | 'codesAbout', string>;

/** Recovery codes, this once. */
export function RecoveryCodes({ codes, words }: { codes: readonly string[]; words: RecoveryWords }) {
  return (
    <div className="callout is-warn" role="status">
      <Icon name="warn" />
      <div className="stack-2">
        <p>
          <b>{words.codesTitle}</b>
        </p>
        <p>{words.codesHelp}</p>
        <ul className="codes mono">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <CopyButton
          text={codes.join('\n')}
          label={words.copy}
          copied={words.copied}
          about={words.codesAbout}
        />
      </div>
    </div>
  );
}
