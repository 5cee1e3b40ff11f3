import type { RequestItem } from '#lib/requests/views';
import type { CheckResult } from '#lib/x509/check-result';

/** How a check weighs on a page: passed, to know, or against. */
export type Weight = 'ok' | 'info' | 'warn' | 'bad';

export function weightOf(check: CheckResult): Weight {
  if (check.ok) return 'ok';
  return check.level === 'refuse' ? 'bad' : check.level;
}

const ORDER: Record<Weight, number> = { bad: 0, warn: 1, info: 2, ok: 3 };

/** The checks of a request, what stands against it first. */
export function byWeight(checks: readonly CheckResult[]): CheckResult[] {
  return [...checks].sort((one, other) => ORDER[weightOf(one)] - ORDER[weightOf(other)]);
}

/** The worst check that failed, if any; notes for information do not count. */
export function worstCheck(checks: readonly CheckResult[]): CheckResult | null {
  const first = byWeight(checks)[0];
  return first && (weightOf(first) === 'bad' || weightOf(first) === 'warn') ? first : null;
}

const WORDS: Readonly<Record<string, string>> = {
  'request.name-held': 'nameTaken',
  'request.name-wanted': 'nameWanted',
  'request.account': 'account',
  'request.mailbox': 'unproven',
  'request.trust': 'noTrust',
  'request.key-before': 'keyBefore',
  'request.site-name': 'siteName',
  'csr.extensions': 'extensions',
  'key.ed25519': 'ed25519',
};

/** Catalogue word of the worst failing check; codes without one get a general word. */
export function findingWord(item: Pick<RequestItem, 'checks' | 'finding'>): string {
  const worst = worstCheck(item.checks);
  if (!worst) return item.finding;
  return WORDS[worst.code] ?? weightOf(worst);
}

/** True when approving this request would take the name from another holder. */
export function isTakeover(item: Pick<RequestItem, 'checks'>): boolean {
  return item.checks.some((check) => !check.ok && check.code === 'request.name-held');
}
