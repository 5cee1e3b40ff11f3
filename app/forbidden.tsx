import { AskAgain } from '#components/portal/ask-again';

/** As app/not-found.tsx, for somebody without the role; the words are those of app/missing/forbidden. */
export default function Forbidden() {
  return <AskAgain />;
}
