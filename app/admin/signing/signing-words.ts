import type { Translate } from '#lib/ctx';
import { codeTexts } from '#lib/http/error-text';
import type { Locale } from '#lib/i18n/locales';

import type { SigningWords } from '#components/admin/signing-progress';

/** The sentences of the live progress; places in braces are filled in the browser. */
export function signingWords(t: Translate, locale: Locale, n: number): SigningWords {
  const word = (key: string) => t(`admin.signing.${key}`);
  return {
    sign: t('admin.signing.sign', { n }),
    running: t('admin.signing.titleRunning', { n }),
    doneTitle: t('admin.signing.doneTitle', { issued: '{issued}', failed: '{failed}' }),
    progress: word('progress'),
    progressText: t('admin.signing.progressText', { done: '{done}', total: '{total}' }),
    progressWords: t('admin.signing.progressWords', { issued: '{issued}', failed: '{failed}' }),
    issued: word('issued'),
    failed: word('failed'),
    todo: word('todo'),
    rate: word('rate'),
    oneByOne: word('oneByOne'),
    oneByOneHelp: word('oneByOneHelp'),
    columns: [word('colOutcome'), word('colName'), word('colRequest'), word('colSerial'), word('colNext')],
    noSerial: word('noSerial'),
    openIt: word('openIt'),
    pickup: word('mailed'),
    more: t('admin.signing.moreRows', { n: '{n}' }),
    broken: word('broken'),
    reload: word('reload'),
    refused: codeTexts(locale, ['signer.locked']),
  };
}
