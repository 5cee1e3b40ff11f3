import type { Translate } from '#lib/ctx';

const FILES = [
  'root-ca.crt',
  'root-ca.pem',
  'signing-ca.crt',
  'signing-ca.pem',
  'bundle.pem',
  'bundle.p7b',
  'hubgate.mobileconfig',
  'SHA256SUMS',
] as const;
const CRLS = ['root-ca.crl', 'signing-ca.crl'] as const;

/** Every file that the CA publishes, and for whom it is. */
export function CaFiles({ t }: { t: Translate }) {
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
              ...FILES.map((file) => [`/ca/${file}`, file] as const),
              ...CRLS.map((file) => [`/crl/${file}`, file] as const),
            ].map(([href, file]) => (
              <tr key={file}>
                <th scope="row">
                  <a className="mono" href={href} download>
                    {file}
                  </a>
                </th>
                <td>{t(`ca.files.${file.replace('.', '_')}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
