import type { Translate } from '#lib/ctx';

import type { KeyLine, QueueWords } from '#components/admin/queue-keys';

/** The queue's keys, for the list that `?` shows. */
export function queueKeyLines(t: Translate): KeyLine[] {
  const lines: [string[], string][] = [
    [['j', 'k'], 'longMove'],
    [['x'], 'longSelect'],
    [['*'], 'longSelectAll'],
    [['a'], 'longApprove'],
    [['r'], 'longReject'],
    [['q'], 'longAsk'],
    [['Enter'], 'longOpen'],
    [['/'], 'longSearch'],
    [['?'], 'longHelp'],
  ];
  return lines.map(([keys, word]) => ({ keys, text: t(`admin.keys.${word}`) }));
}

/** The keys of one request. */
export function requestKeyLines(t: Translate): KeyLine[] {
  const lines: [string[], string][] = [
    [['a'], 'longDecideApprove'],
    [['r'], 'longDecideReject'],
    [['q'], 'longDecideAsk'],
    [['e'], 'longEdit'],
    [['j'], 'longNext'],
    [['Esc'], 'longBack'],
    [['?'], 'longHelp'],
  ];
  return lines.map(([keys, word]) => ({ keys, text: t(`admin.keys.${word}`) }));
}

/** Sentences that the script fills with the number of ticked requests. */
export function queueWords(t: Translate): QueueWords {
  return {
    count: t('admin.queue.selectedCount', { n: '{n}', total: '{total}' }),
    help: t('admin.queue.selectHelp'),
    approveSelected: t('admin.queue.approveSelected'),
    approveOne: t('admin.queue.approveMany', { n: 1 }).replace('1', '#'),
    approveMany: t('admin.queue.approveMany', { n: 2 }).replace('2', '#'),
  };
}
