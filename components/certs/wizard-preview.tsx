'use client';

import { Button } from '../ui/button';
import { Callout } from '../ui/callout';
import { CertificateSlip, restOfSubject } from '../ui/certificate-slip';
import { State } from '../ui/state';
import { filled } from '../ui/words-of';
import { PreviewTable } from './preview-table';
import type { Carried, WizardValue } from './wizard-state';
import type { WizardWords } from './wizard-words';

/** The second step: what will be in the certificate. Nothing was stored yet. */
export function WizardPreview({
  value: { preview, carried },
  words,
  locale,
  busy,
  onEdit,
}: {
  value: Extract<WizardValue, { step: 'preview' }>;
  words: WizardWords;
  locale: string;
  busy: boolean;
  onEdit: () => void;
}) {
  const findings = preview.checks.filter((check) => !check.ok && check.level !== 'info');
  return (
    <section aria-labelledby="preview">
      <div className="section-head flush">
        <h2 id="preview">{words.preview}</h2>
        <p>{words.previewNote}</p>
      </div>
      <PreviewTable rows={preview.rows} words={words.table} />
      <div className="draft">
        <CertificateSlip
          draft
          kind={carried.profile === 'server' ? words.serverCertificate : words.userCertificate}
          end={<State kind="off">{words.draft}</State>}
          commonName={preview.commonName}
          rest={restOfSubject(preview.subject)}
          issuer={/CN=((?:\\.|[^,\\])*)/u.exec(preview.issuer)?.[1] ?? preview.issuer}
          validity={{ days: preview.lifetimeDays }}
          digest={{ label: preview.keyLabel, hex: preview.spkiSha256 }}
          now={new Date(0)}
          locale={locale}
          t={(key, values = {}) => filled(words.slip[key] ?? key, values)}
        />
      </div>
      {findings.length > 0 ? (
        <div className="section-actions">
          <Callout kind="warn">
            <p>
              <b>{words.checks}</b>
            </p>
            {findings.map((check) => (
              <p key={check.code}>{check.message}</p>
            ))}
          </Callout>
        </div>
      ) : null}
      {(
        [
          'names',
          'commonName',
          'email',
          'label',
          'note',
          'csrBase64',
        ] as const satisfies readonly (keyof Carried)[]
      ).map((name) => (
        <input key={name} type="hidden" name={name} value={carried[name]} />
      ))}
      <div className="actions section-actions">
        <Button look="primary" type="submit" name="intent" value="send" aria-disabled={busy}>
          {busy ? words.working : words.send}
        </Button>
        <Button onClick={onEdit}>{words.change}</Button>
        <noscript>
          <span className="meta">{words.changeNoScript}</span>
        </noscript>
      </div>
    </section>
  );
}
