import type { Translate } from '#lib/ctx';

/** The one dialog of Windows where nearly everybody chooses wrongly, drawn. */
export function WindowsStoreDrawing({ t }: { t: Translate }) {
  const folder = (y: number) => `M40 ${y + 0.5}h6l2 2.5h8v9H40z`;
  return (
    <figure className="drawing">
      <svg viewBox="0 0 400 236" role="img" aria-label={t('ca.drawing.label')}>
        <rect className="win" x="0.5" y="0.5" width="399" height="235" rx="3" />
        <path className="soft" d="M.5 34.5h399" />
        <text x="16" y="23">
          {t('ca.drawing.title')}
        </text>
        <path className="soft" d="m374 12 10 10m0-10-10 10" />
        <text className="sub" x="24" y="60">
          {t('ca.drawing.ask')}
        </text>
        <rect className="soft" x="24.5" y="72.5" width="351" height="104" />
        <path className="soft" d={folder(88)} />
        <text x="68" y="98">
          {t('ca.drawing.personal')}
        </text>
        <rect className="pick" x="30" y="108" width="340" height="28" />
        <path className="soft" d={folder(116)} />
        <text x="68" y="127">
          {t('ca.drawing.root')}
        </text>
        <path className="soft" d={folder(146)} />
        <text x="68" y="157">
          {t('ca.drawing.enterprise')}
        </text>
        <rect className="btn-d" x="204" y="192" width="80" height="28" rx="2" />
        <text className="on" x="244" y="211" textAnchor="middle">
          {t('ca.drawing.ok')}
        </text>
        <rect className="soft" x="295.5" y="192.5" width="80" height="27" rx="2" />
        <text x="335" y="211" textAnchor="middle">
          {t('ca.drawing.cancel')}
        </text>
      </svg>
      <figcaption>{t('ca.drawing.caption')}</figcaption>
    </figure>
  );
}
