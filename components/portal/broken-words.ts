export type BrokenWords = { title: string; lede: string; again: string; start: string };

/** For a document that the frame of the pages never reached. */
const ENGLISH: BrokenWords = {
  title: 'Something went wrong on our side',
  lede: 'It is not your doing, and nothing you sent is lost. Try again; if it stays, tell the help desk this number.',
  again: 'Try again',
  start: 'Go to the start',
};

/**
 * What to say when a part of a page failed in the browser. The catalogue cannot be asked then, so the
 * frame of every page brings these along in its language.
 */
export function brokenWords(): BrokenWords {
  if (typeof document === 'undefined') return ENGLISH;
  try {
    return { ...ENGLISH, ...(JSON.parse(document.body.dataset['broken'] ?? '{}') as Partial<BrokenWords>) };
  } catch {
    return ENGLISH;
  }
}

/** The language of those words. */
export const brokenLanguage = (): string =>
  (typeof document === 'undefined' ? '' : document.documentElement.lang) || 'en';
