'use client';

import { useState } from 'react';

import { Button, LinkButton } from '../ui/button';
import { Callout } from '../ui/callout';
import { CopyButton } from '../ui/copy-button';
import { Icon } from '../ui/icon';
import { saveFile } from './save-file';
import type { WizardWords } from './wizard-words';

type SentWords = Pick<
  WizardWords,
  | 'sentTitle'
  | 'sentLede'
  | 'linkTitle'
  | 'linkText'
  | 'copy'
  | 'copied'
  | 'aboutLink'
  | 'backupTitle'
  | 'backupText'
  | 'backupLostText'
  | 'backupSave'
  | 'backupSaved'
  | 'toRequest'
> &
  Partial<Record<'phraseTitle' | 'phraseText' | 'aboutPhrase' | 'sentLeft', string>>;

/** The key store is loaded by whoever made a key, not with every form. */
async function noteBackup(spkiSha256: string): Promise<void> {
  const { noteKey } = await import('./key-store');
  await noteKey(spkiSha256, { backedUp: true }).catch(() => undefined);
}

/** The third step: the request is in. The pick-up link is shown this once; the key's backup is offered. */
export function SentView({
  id,
  pickupSecret,
  backup,
  kept,
  phrase = '',
  left = '',
  words,
  siteUrl,
}: {
  id: string;
  pickupSecret: string;
  backup: { spkiSha256: string; pem: string } | null;
  kept: boolean;
  /** The passphrase that was made for the key: shown this once, where nobody chose it. */
  phrase?: string;
  /** The request whose place this one was to take, where that still stands. */
  left?: string | undefined;
  words: SentWords;
  siteUrl: string;
}) {
  const [saved, setSaved] = useState(false);
  const link = `${siteUrl}/certs/requests/${id}#s=${pickupSecret}`;
  return (
    <section className="stack narrow" aria-labelledby="sent">
      <div className="section-head">
        <h2 id="sent">{words.sentTitle.replace('{id}', id)}</h2>
      </div>
      <p>{words.sentLede}</p>
      {left === '' ? null : (
        <Callout kind="warn">
          <p>
            {words.sentLeft} <a href={`/certs/requests/${left}`}>{left}</a>
          </p>
        </Callout>
      )}
      {phrase === '' ? null : (
        <>
          <h3>{words.phraseTitle}</h3>
          <p className="small">{words.phraseText}</p>
          <div className="code">
            <pre>
              <code data-testid="passphrase">{phrase}</code>
            </pre>
            <CopyButton
              text={phrase}
              label={words.copy}
              copied={words.copied}
              about={words.aboutPhrase ?? ''}
            />
          </div>
        </>
      )}
      <h3>{words.linkTitle}</h3>
      <p className="small">{words.linkText}</p>
      <div className="code">
        <pre>
          <code data-testid="pickup-link">{link}</code>
        </pre>
        <CopyButton text={link} label={words.copy} copied={words.copied} about={words.aboutLink} />
      </div>
      {backup ? (
        <Callout kind={saved ? 'ok' : 'warn'}>
          <p>
            <b>{words.backupTitle}</b> {kept ? words.backupText : words.backupLostText}
          </p>
          <p className="actions">
            <Button
              onClick={() => {
                saveFile(`${id}-key-backup.pem`, 'application/x-pem-file', backup.pem);
                setSaved(true);
                void noteBackup(backup.spkiSha256);
              }}
            >
              <Icon name={saved ? 'ok' : 'down'} />
              {saved ? words.backupSaved : words.backupSave}
            </Button>
          </p>
        </Callout>
      ) : null}
      <p className="actions">
        <LinkButton look="primary" href={`/certs/requests/${id}`}>
          {words.toRequest}
        </LinkButton>
      </p>
    </section>
  );
}
