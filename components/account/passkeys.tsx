import type { Translate } from '#lib/ctx';
import type { PasskeyWish } from '#lib/identity/begin-passkey';
import type { PasskeyView } from '#lib/identity/list-passkeys';

import { Button } from '#components/ui/button';
import { CodeBlock } from '#components/ui/code-block';
import { Fingerprint } from '#components/ui/fingerprint';
import { SectionHead } from '#components/ui/section-head';
import { State } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';
import { wordsOf } from '#components/ui/words-of';

import type { FormAction } from '../admin/form-state';
import type { TroubleWords } from '../passkeys/passkey-problem';
import { AddPasskey } from './add-passkey';

type Props = {
  passkeys: readonly PasskeyView[];
  /** Their passkeys may approve, once accepted. */
  approver: boolean;
  /** Approvals need a passkey here. */
  required: boolean;
  begin: FormAction<PasskeyWish>;
  add: FormAction<void>;
  remove: (form: FormData) => Promise<void>;
  /** The person has just shown again what they have; otherwise this section only tells. */
  mayChange: boolean;
  /** The one passkey is the only second factor. */
  last: boolean;
  propose: (form: FormData) => Promise<void>;
  trouble: TroubleWords;
  now: Date;
  locale: string;
  t: Translate;
};

/** A person's own passkeys: which there are, which the signer takes, and one more. */
export function Passkeys(props: Props) {
  const { passkeys, approver, required, mayChange, t } = props;
  const waiting = passkeys.filter(({ signer }) => approver && signer === 'proposed');
  return (
    <section aria-labelledby="passkeys" className="section stack">
      <SectionHead id="passkeys" title={t('passkeys.account.heading')} note={t('passkeys.account.help')} />
      {approver ? (
        <p className="meta">{t(`passkeys.account.helpApprover${required ? '' : 'Session'}`)}</p>
      ) : null}
      {passkeys.length === 0 ? <p>{t('passkeys.account.none')}</p> : <PasskeyTable {...props} />}
      {waiting.map((passkey) => (
        <div key={passkey.id} className="panel panel-body stack-2" data-fingerprint={passkey.fingerprint}>
          <h3>{t('passkeys.account.fingerprint', { name: passkey.name })}</h3>
          <Fingerprint hex={passkey.fingerprint} />
          <p className="meta">{t('passkeys.account.fingerprintHelp')}</p>
          <CodeBlock
            code={`npx hubgate approvers accept ${passkey.fingerprint}`}
            about={t('common.aboutCommand')}
            t={t}
          />
        </div>
      ))}
      {props.last ? <p className="meta">{t('passkeys.account.lastHelp')}</p> : null}
      {approver && passkeys.length > 0 ? <p className="meta">{t('passkeys.account.removeHelp')}</p> : null}
      {mayChange ? (
        <section className="panel panel-body narrow" aria-labelledby="add-passkey">
          <h3 id="add-passkey">{t('passkeys.account.addTitle')}</h3>
          <AddPasskey
            begin={props.begin}
            action={props.add}
            trouble={props.trouble}
            words={wordsOf(t, 'passkeys.account', [
              'addName',
              'addNameHelp',
              'addSubmit',
              'addWaiting',
              'addNoScript',
            ])}
          />
        </section>
      ) : null}
    </section>
  );
}

function PasskeyTable({ passkeys, approver, remove, mayChange, propose, now, locale, t }: Props) {
  const acts = mayChange || (approver && passkeys.some(({ signer }) => signer === 'unknown'));
  return (
    <Table
      heads={['Name', 'Added', 'Used', 'Signer', ...(acts ? ['Action'] : [])].map((one) =>
        t(`passkeys.account.col${one}`),
      )}
    >
      {passkeys.map((passkey) => (
        <Row key={passkey.id}>
          <RowHead>
            <span className="break">{passkey.name}</span>
            {passkey.backedUp ? <span className="step-detail">{t('passkeys.account.backedUp')}</span> : null}
          </RowHead>
          <td role="cell" data-label={t('passkeys.account.colAdded')}>
            <Time at={passkey.createdAt} now={now} locale={locale} />
          </td>
          <td role="cell" data-label={t('passkeys.account.colUsed')}>
            {passkey.lastUsedAt === null ? (
              t('passkeys.account.never')
            ) : (
              <Time at={passkey.lastUsedAt} now={now} locale={locale} />
            )}
          </td>
          <td role="cell" data-label={t('passkeys.account.colSigner')}>
            <SignerState passkey={passkey} approver={approver} t={t} />
          </td>
          {acts ? (
            <td role="cell" data-label={t('passkeys.account.colAction')}>
              <span className="actions">
                {approver && passkey.signer === 'unknown' ? (
                  <form action={propose}>
                    <input type="hidden" name="id" value={passkey.id} />
                    <Button type="submit" small>
                      {t('passkeys.account.propose')}
                    </Button>
                  </form>
                ) : null}
                {mayChange ? (
                  <form action={remove}>
                    <input type="hidden" name="id" value={passkey.id} />
                    <Button
                      type="submit"
                      small
                      aria-label={t('passkeys.account.removeName', { name: passkey.name })}
                    >
                      {t('passkeys.account.remove')}
                    </Button>
                  </form>
                ) : null}
              </span>
            </td>
          ) : null}
        </Row>
      ))}
    </Table>
  );
}

const LOOK = { accepted: 'ok', proposed: 'wait', unknown: 'off', other: 'bad', down: 'bad' } as const;

function SignerState({ passkey, approver, t }: { passkey: PasskeyView; approver: boolean; t: Translate }) {
  const { signer, acceptedAt } = passkey;
  if (!approver && signer === 'unknown') return t('passkeys.account.signer.notApprover');
  return (
    <State kind={LOOK[signer]}>
      {t(`passkeys.account.signer.${signer}`, { when: acceptedAt?.slice(0, 10) ?? '' })}
    </State>
  );
}
