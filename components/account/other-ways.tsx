import { LinkButton } from '../ui/button';

/** Ways to sign in besides a password, as plain links: they work without JavaScript. */
export function OtherWays({
  ways,
  label,
  first,
}: {
  ways: readonly { href: string; word: string }[];
  label: string;
  /** The first of them is what most people take. */
  first: boolean;
}) {
  if (ways.length === 0) return null;
  return (
    <nav aria-label={label} className="sign-in-ways">
      {ways.map(({ href, word }, index) => (
        <LinkButton key={href} href={href} look={first && index === 0 ? 'primary' : 'plain'}>
          {word}
        </LinkButton>
      ))}
    </nav>
  );
}
