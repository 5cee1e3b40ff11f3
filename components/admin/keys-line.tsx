import type { Translate } from '#lib/ctx';

const KEYS: readonly (readonly [keys: readonly string[], word: string])[] = [
  [['j', 'k'], 'move'],
  [['x'], 'select'],
  [['a'], 'approve'],
  [['r'], 'reject'],
  [['Enter'], 'open'],
  [['?'], 'all'],
];

/** The keys of the queue in one line; hidden on phones and without JavaScript. */
export function KeysLine({ t }: { t: Translate }) {
  return (
    <p className="keys js-only" aria-label={t('admin.keys.line')}>
      {KEYS.map(([keys, word]) => (
        <span key={word}>
          {keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}{' '}
          {t(`admin.keys.${word}`)}
        </span>
      ))}
    </p>
  );
}
