import type { ReactNode } from 'react';

import { Button } from '#components/ui/button';

/** A search as an ordinary GET form: the result has an address, and works without JavaScript. */
export function SearchForm({
  action,
  label,
  placeholder,
  button,
  q,
  hidden = {},
  children,
}: {
  action: string;
  label: string;
  placeholder: string;
  button: string;
  q: string;
  /** Other values to keep, e.g. the tab. */
  hidden?: Record<string, string>;
  /** Further controls, e.g. the order. */
  children?: ReactNode;
}) {
  return (
    <form method="get" action={action} role="search" aria-label={label} className="search-end search-form">
      {Object.entries(hidden).map(([name, value]) =>
        value === '' ? null : <input key={name} type="hidden" name={name} value={value} />,
      )}
      {children}
      <div className="field dense">
        <label className="vh" htmlFor="q">
          {label}
        </label>
        <input
          id="q"
          name="q"
          type="search"
          defaultValue={q}
          placeholder={placeholder}
          maxLength={200}
          autoComplete="off"
        />
      </div>
      <Button type="submit" small className="search-button">
        {button}
      </Button>
    </form>
  );
}
