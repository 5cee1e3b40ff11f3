import { AskAgain } from '#components/portal/ask-again';

/**
 * What Next sends along with every page, for the case that it turns out to be missing: no words, which
 * are those of app/missing.
 */
export default function NotFound() {
  return <AskAgain />;
}
