import type { ReactNode } from 'react';

/**
 * A table that folds into a list below 768 px. The roles keep it a table for assistive technology
 * when CSS takes the display of its parts away.
 */
export function Table({
  heads,
  headsHidden = false,
  className = '',
  caption,
  fold = true,
  body,
  children,
}: {
  /** Column heads; a `[text, class]` pair gives the column head a class. */
  heads: readonly (string | readonly [text: ReactNode, className: string])[];
  /** Heads for assistive technology only. */
  headsHidden?: boolean;
  className?: string;
  caption?: ReactNode;
  fold?: boolean;
  /** The whole body, in the place of rows. */
  body?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <table className={`table ${fold ? 'fold-table ' : ''}${className}`.trim()} role="table">
      {caption ? <caption className="vh">{caption}</caption> : null}
      <thead role="rowgroup" className={headsHidden ? 'vh' : undefined}>
        <tr role="row">
          {heads.map((head, index) => {
            const [text, headClass] = typeof head === 'string' ? [head, undefined] : head;
            return (
              <th key={index} role="columnheader" scope="col" className={headClass}>
                {text}
              </th>
            );
          })}
        </tr>
      </thead>
      {body ?? <tbody role="rowgroup">{children}</tbody>}
    </table>
  );
}

export function Row({
  className,
  id,
  selected,
  children,
}: {
  className?: string;
  id?: string;
  selected?: boolean;
  children: ReactNode;
}) {
  return (
    <tr role="row" className={className} id={id} aria-selected={selected}>
      {children}
    </tr>
  );
}

/** The head of a row. */
export function RowHead({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <th role="rowheader" scope="row" className={className}>
      {children}
    </th>
  );
}

/** A cell; `label` names it when the table is folded. */
export function Cell({
  className,
  label,
  children,
}: {
  className?: string;
  label?: string;
  children: ReactNode;
}) {
  return (
    <td role="cell" className={className} data-label={label}>
      {label ? <span>{children}</span> : children}
    </td>
  );
}
