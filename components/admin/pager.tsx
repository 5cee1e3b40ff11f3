import { LinkButton } from '#components/ui/button';

/** Keyset pages go forward; the first page is always one link away. */
export function Pager({
  first,
  next,
}: {
  first: { href: string; word: string } | null;
  next: { href: string; word: string } | null;
}) {
  if (!first && !next) return null;
  return (
    <p className="actions section-actions">
      {next ? (
        <LinkButton href={next.href} rel="next">
          {next.word}
        </LinkButton>
      ) : null}
      {first ? <a href={first.href}>{first.word}</a> : null}
    </p>
  );
}
