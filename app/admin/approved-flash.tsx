import type { Page } from '#lib/http/page';
import { viewSigner } from '#lib/onboarding/signer-view';
import { approvalProgress, type ApprovalProgress } from '#lib/requests/approval-progress';

import { Countdown } from '#components/admin/countdown';
import { Flash } from '#components/admin/flash';
import { Button } from '#components/ui/button';
import { slot, Words } from '#components/ui/words';

import { undoApprovals } from './actions';
import { count, requestIds, type Query } from './search-params';

/** What was approved, until when that can be undone, and then what became of it. */
export async function ApprovedFlash({ page, query }: { page: Page; query: Query }) {
  const { t, ctx, config } = page;
  const n = count(query, 'n');
  const ids = requestIds(query, 'ids');
  const skipped = count(query, 'skipped');
  const left = skipped > 0 ? t('admin.flash.skipped', { n: skipped }) : null;
  if (ids.length === 0 || n === 0) {
    return (
      <Flash>
        {t('admin.flash.approved', { n })} {left}
      </Flash>
    );
  }
  const progress = await approvalProgress(ctx, { ids });
  const open = progress.waiting > 0;
  const locked = open && (await viewSigner(ctx)).state !== 'unlocked';
  return (
    <Flash action={open ? <Undo ids={ids} word={t('admin.flash.undo')} /> : null}>
      <Told
        page={page}
        n={n}
        progress={progress}
        by={locked ? 'nobody' : config.signing.auto ? 'clock' : 'hand'}
      />{' '}
      {left}
    </Flash>
  );
}

function Told({
  page,
  n,
  progress,
  by,
}: {
  page: Page;
  n: number;
  progress: ApprovalProgress;
  /** Who signs what waits: nobody while the key is locked. */
  by: 'clock' | 'hand' | 'nobody';
}) {
  const { t, ctx } = page;
  const { waiting, signing, signed, failed, signAt } = progress;
  if (waiting > 0 && by === 'nobody') return t('admin.flash.approvedLocked', { n });
  if (waiting > 0 && by === 'hand') return t('admin.flash.approved', { n });
  if (waiting + signing > 0) {
    const ms = signAt === null ? 0 : Date.parse(signAt) - ctx.now().getTime();
    const seconds = Math.max(0, Math.ceil(ms / 1000));
    if (waiting === 0 || seconds === 0) {
      return (
        <>
          {t('admin.flash.approvedSigning', { n })} <Countdown seconds={0} quiet />
        </>
      );
    }
    const text = t('admin.flash.approvedIn', { n, seconds: slot('seconds') });
    return <Words text={text} slots={{ seconds: <Countdown key={signAt} seconds={seconds} /> }} />;
  }
  if (failed > 0) return t('admin.flash.approvedFailed', { n: failed });
  return t(signed > 0 ? 'admin.flash.approvedSigned' : 'admin.flash.approved', {
    n: signed > 0 ? signed : n,
  });
}

function Undo({ ids, word }: { ids: string[]; word: string }) {
  return (
    <form action={undoApprovals}>
      {ids.map((id) => (
        <input key={id} type="hidden" name="id" value={id} />
      ))}
      <Button type="submit" small>
        {word}
      </Button>
    </form>
  );
}
