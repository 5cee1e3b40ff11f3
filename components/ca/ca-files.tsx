import type { Translate } from '#lib/ctx';

const BUNDLES = ['bundle.pem', 'bundle.p7b', 'hubgate.mobileconfig', 'SHA256SUMS'];

/** A later signing CA's files are for the same people as the first one's. */
const wordOf = (file: string): string =>
  `ca.files.${file.replace(/^signing-ca-\d+/, 'signing-ca').replace('.', '_')}`;

/**
 * Every file that the CA publishes, and for whom it is.
 *
 * @param signing what the signing CAs' files are called, the present one first
 */
export function CaFiles({ signing, t }: { signing: readonly string[]; t: Translate }) {
  const cas = ['root-ca', ...signing];
  return (
    <section className="panel" aria-labelledby="files">
      <h2 id="files">{t('ca.files.title')}</h2>
      <div className="panel-body">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('ca.files.file')}</th>
              <th scope="col">{t('ca.files.for')}</th>
            </tr>
          </thead>
          <tbody>
            {[
              ...cas
                .flatMap((ca) => [`${ca}.crt`, `${ca}.pem`])
                .map((file) => [`/ca/${file}`, file] as const),
              ...BUNDLES.map((file) => [`/ca/${file}`, file] as const),
              ...cas.map((ca) => [`/crl/${ca}.crl`, `${ca}.crl`] as const),
            ].map(([href, file]) => (
              <tr key={file}>
                <th scope="row">
                  <a className="mono" href={href} download>
                    {file}
                  </a>
                </th>
                <td>{t(wordOf(file))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
