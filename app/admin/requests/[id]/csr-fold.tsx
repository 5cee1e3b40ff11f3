import type { Translate } from '#lib/ctx';
import type { ApproverView } from '#lib/requests/views';

import { CodeBlock } from '#components/ui/code-block';
import { Fingerprint } from '#components/ui/fingerprint';
import { Fold } from '#components/ui/fold';

/** The CSR, decoded and as it came. */
export function CsrFold({ request, t }: { request: ApproverView; t: Translate }) {
  const { csr } = request;
  const none = t('admin.request.csrNone');
  const list = (values: readonly string[]) => (values.length === 0 ? none : values.join(', '));
  const rows: [string, string][] = [
    ['csrSubject', csr.subject === '' ? none : csr.subject],
    ['csrKey', csr.keyLabel],
    ['csrSignature', csr.signatureAlgorithm],
    ['csrEmails', list(csr.emails)],
    ['csrDns', list(csr.dnsNames)],
    ['csrIps', list(csr.ipAddresses)],
    ['csrIgnored', list(csr.ignoredExtensions)],
  ];
  return (
    <div>
      <Fold title={t('admin.request.csrDecoded')} end={csr.keyLabel} open>
        <dl className="kv">
          {rows.map(([word, value]) => (
            <div key={word} className="kv-row">
              <dt>{t(`admin.request.${word}`)}</dt>
              <dd className={value === none ? 'quiet-ink' : 'mono break'}>{value}</dd>
            </div>
          ))}
          <div className="kv-row">
            <dt>{t('admin.request.csrKeyPrint')}</dt>
            <dd>
              <Fingerprint hex={request.spkiSha256} />
            </dd>
          </div>
        </dl>
      </Fold>
      <Fold title={t('admin.request.csr')} end={t('admin.request.csrMeta', { bytes: request.csrPem.length })}>
        <CodeBlock code={request.csrPem.trim()} about={t('admin.request.csr')} t={t} />
      </Fold>
    </div>
  );
}
