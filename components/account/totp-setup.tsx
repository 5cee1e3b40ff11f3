import { QrImage } from './qr-image';

export type TotpSetupWords = Record<'scan' | 'qr' | 'orType', string>;
export type TotpPending = { secret: string; qr: { size: number; path: string } };

/** The secret of an authenticator app, to scan or to type. */
export function TotpSetup({ pending, words }: { pending: TotpPending; words: TotpSetupWords }) {
  return (
    <>
      <p>{words.scan}</p>
      <QrImage {...pending.qr} label={words.qr} />
      <p>
        {words.orType} <code className="mono break">{pending.secret.match(/.{1,4}/g)?.join(' ')}</code>
      </p>
    </>
  );
}
