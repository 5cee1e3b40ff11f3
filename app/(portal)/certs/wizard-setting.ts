import { PREVIEW_WORDS, SLIP_WORDS, WIZARD_WORDS } from '#components/certs/wizard-words';
import type { WizardFacts, WizardWords } from '#components/certs/wizard-words';
import { wordsOf } from '#components/ui/words-of';
import type { Page } from '#lib/http/page';

/** @param days how long the certificate will live */
export function wizardWords({ t }: Pick<Page, 't'>, days: number): WizardWords {
  return {
    ...wordsOf(t, 'certs.new', WIZARD_WORDS, ['id', 'length']),
    table: wordsOf(t, 'certs.preview', PREVIEW_WORDS),
    draft: t('certs.new.draft'),
    userCertificate: t('common.slip.user'),
    serverCertificate: t('common.slip.server'),
    slip: Object.fromEntries(SLIP_WORDS.map((key) => [key, t(key, { name: '{name}', days })])),
  };
}

export function wizardFacts(
  { config, locale }: Pick<Page, 'config' | 'locale'>,
  known: WizardFacts['known'],
): WizardFacts {
  return {
    locale,
    siteUrl: config.site.url,
    canaryUrl: config.site.canaryUrl,
    accountPattern: config.pki.accountPattern,
    mail: config.mail.transport !== 'none',
    organisation: config.pki.org,
    signingCn: config.pki.signingCn,
    known,
  };
}
