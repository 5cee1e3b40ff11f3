import { noticeHubs, noticeWhen, type NoticeLook } from '#components/hubs/notice-list';
import { Button } from '#components/ui/button';
import { State, type StateKind } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';
import type { NoticeView } from '#lib/hubs/notices/list-notices';

import { actorWord } from '../../../components/admin/actor';
import { withdraw } from './actions';

type Phase = 'planned' | 'running' | 'over' | 'withdrawn';

const KINDS: Record<Phase, StateKind> = { planned: 'wait', running: 'warn', over: 'off', withdrawn: 'off' };

/** Announcements with who made them; buttons for who may change them. */
export function NoticeTable({
  notices,
  registered,
  manages,
  look,
}: {
  notices: readonly NoticeView[];
  /** Names of hubs, to point out those that are not among them; null not to. */
  registered: readonly string[] | null;
  manages: boolean;
  look: NoticeLook;
}) {
  const { t, now, locale } = look;
  const word = (key: string, values: Record<string, string> = {}) => t(`hubs.notices.${key}`, values);
  const heads = [word('colWhat'), word('colWhen'), word('colState'), word('colBy')];
  return (
    <Table heads={manages ? [...heads, word('colAction')] : heads}>
      {notices.map((notice) => {
        const phase = phaseOf(notice, now);
        const strange = notice.hubs.filter((hub) => registered !== null && !registered.includes(hub));
        return (
          <Row key={notice.id}>
            <RowHead>
              <b>{notice.title}</b>
              <span className="step-detail">
                {noticeHubs(notice.hubs, t)} {notice.text}
              </span>
              {strange.length === 0 ? null : (
                <State kind="warn" wrap>
                  {word('notRegistered', { hubs: strange.join(', ') })}
                </State>
              )}
            </RowHead>
            <td role="cell" data-label={word('colWhen')}>
              <span>{noticeWhen(notice, look)}</span>
            </td>
            <td role="cell" data-label={word('colState')}>
              <State kind={KINDS[phase]}>{word(`phase.${phase}`)}</State>
            </td>
            <td role="cell" data-label={word('colBy')}>
              <span>
                {actorWord(notice.announcedBy, t)}
                <span className="step-detail">
                  <Time at={notice.announcedAt} now={now} locale={locale} />
                </span>
              </span>
            </td>
            {manages ? (
              <td role="cell" data-label={word('colAction')}>
                <span className="notice-actions">
                  <a
                    className="btn btn-small"
                    href={`/admin/notices?edit=${notice.id}#announce`}
                    aria-label={word('changeName', { title: notice.title })}
                  >
                    {word('change')}
                  </a>
                  <form action={withdraw}>
                    <input type="hidden" name="id" value={notice.id} />
                    <Button type="submit" small aria-label={word('withdrawName', { title: notice.title })}>
                      {word('withdraw')}
                    </Button>
                  </form>
                </span>
              </td>
            ) : null}
          </Row>
        );
      })}
    </Table>
  );
}

function phaseOf({ startsAt, endsAt, withdrawnAt }: NoticeView, now: Date): Phase {
  if (withdrawnAt !== null) return 'withdrawn';
  if (endsAt !== null && endsAt <= now) return 'over';
  return startsAt <= now ? 'running' : 'planned';
}
