import type { Translate } from '#lib/ctx';

/** The table around rows that were rendered before. */
export function HubTable({
  rowsHtml,
  headsHidden = false,
  t,
}: {
  rowsHtml: string;
  headsHidden?: boolean;
  t: Translate;
}) {
  return (
    <table className="table hubs hubs-full fold-table" role="table">
      <caption className="vh">{t('hubs.table')}</caption>
      <thead role="rowgroup" className={headsHidden ? 'vh' : undefined}>
        <tr role="row">
          {['hub', 'state', 'you'].map((key) => (
            <th key={key} role="columnheader" scope="col">
              {t(`hubs.${key}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" dangerouslySetInnerHTML={{ __html: rowsHtml }} />
    </table>
  );
}
