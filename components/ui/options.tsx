import type { ReactNode } from 'react';

export type Option = { value: string; title: ReactNode; text?: ReactNode; href?: string };

/** A few ways to go, one of which is taken: radio buttons with a sentence each. */
export function Options({
  legend,
  name,
  options,
  value,
  wide = true,
}: {
  legend: ReactNode;
  name: string;
  options: readonly Option[];
  value: string;
  /** Side by side where there is room. */
  wide?: boolean;
}) {
  return (
    <fieldset>
      <legend className="legend">{legend}</legend>
      <div className={wide ? 'opts opts-3' : 'opts'}>
        {options.map((option) => (
          <label className="opt" key={option.value}>
            <input type="radio" name={name} value={option.value} defaultChecked={option.value === value} />
            <span>
              <b>{option.title}</b>
              {option.text ? <span>{option.text}</span> : null}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The same as links, where each way is a page of its own: works without JavaScript. */
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
