import type { PreviewRow } from '#lib/requests/views';

import { State } from '../ui/state';
import { Cell, Row, RowHead, Table } from '../ui/table';

export const PREVIEW_WORDS = [
  'field',
  'asked',
  'policy',
  'issued',
  'commonName',
  'email',
  'organisation',
  'key',
  'life',
  'usage',
  'names',
  'extensions',
  'mailbox-proof',
  'vouch',
  'nothing',
] as const;
export type PreviewWords = Record<(typeof PREVIEW_WORDS)[number], string>;

/** What was asked, what the policy says, what will be issued: nothing changes behind anybody's back. */
export function PreviewTable({ rows, words }: { rows: readonly PreviewRow[]; words: PreviewWords }) {
  return (
    <Table heads={[words.field, words.asked, words.policy, [words.issued, 'will']]}>
      {rows.map((row) => (
        <Row key={row.field}>
          <RowHead>{words[row.field]}</RowHead>
          <Cell label={words.asked}>
            {row.asked === null ? '–' : <span className="break-words">{row.asked}</span>}
          </Cell>
          <Cell label={words.policy}>{row.policy}</Cell>
          <Cell label={words.issued} className="will">
            <b className="break">{row.issued ?? words.nothing}</b>
            {row.pending ? (
              <>
                <br />
                <State kind="wait" wrap>
                  {words[row.pending]}
                </State>
              </>
            ) : null}
          </Cell>
        </Row>
      ))}
    </Table>
  );
}
