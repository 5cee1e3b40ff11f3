'use client';

import { useEffect, useState } from 'react';

import { Button } from '../ui/button';
import { Callout } from '../ui/callout';
import { Icon } from '../ui/icon';
import { Words } from '../ui/words';
import { findKey, noteKey, type KeptKey } from './key-store';
import { saveFile } from './save-file';

export type KeptKeyWords = Record<'backupNone' | 'backupSave' | 'backupDone' | 'keyElsewhere', string>;

/** Whether the key of this request waits in this browser, and whether it has a backup. */
export function KeptKeyNote({
  id,
  spkiSha256,
  words,
}: {
  id: string;
  spkiSha256: string;
  words: KeptKeyWords;
}) {
  const [key, setKey] = useState<KeptKey | null | 'looking'>('looking');
  useEffect(() => {
    findKey(spkiSha256).then(setKey, () => setKey(null));
  }, [spkiSha256]);
  if (key === 'looking') return null;
  if (key === null) {
    return (
      <Callout>
        <p>{words.keyElsewhere}</p>
      </Callout>
    );
  }
  return (
    <Callout kind={key.backedUp ? 'ok' : 'warn'}>
      <p>
        <Words text={key.backedUp ? words.backupDone : words.backupNone} />
      </p>
      <p className="actions">
        <Button
          look={key.backedUp ? 'plain' : 'primary'}
          onClick={() => {
            saveFile(`${id}-key-backup.pem`, 'application/x-pem-file', key.pem);
            setKey({ ...key, backedUp: true });
            void noteKey(spkiSha256, { backedUp: true }).catch(() => undefined);
          }}
        >
          <Icon name="down" />
          {words.backupSave}
        </Button>
      </p>
    </Callout>
  );
}
