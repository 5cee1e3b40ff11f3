import type { ReactNode } from 'react';

export type Option = { value: string; title: ReactNode; text?: ReactNode; href?: string };

/** A few ways to go, each a page of its own: works without JavaScript. */
export function OptionLinks({
  label,
  options,
  value,
}: {
  label: string;
  options: readonly (Option & { href: string })[];
  value: string;
}) {
  return (
    <nav aria-label={label} className="opts opts-3">
      {options.map((option) => (
        <a
          className="opt opt-link"
          key={option.value}
          href={option.href}
          aria-current={option.value === value ? 'true' : undefined}
        >
          <span className="opt-dot" aria-hidden="true" />
          <span>
            <b>{option.title}</b>
            {option.text ? <span>{option.text}</span> : null}
          </span>
        </a>
      ))}
    </nav>
  );
}
