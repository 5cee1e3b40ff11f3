import type { ReactNode } from 'react';

/** The heading of a section on its rule, with a remark and something at the right edge. */
export function SectionHead({
  id,
  title,
  note,
  end,
  flush = false,
}: {
  id: string;
  title: ReactNode;
  note?: ReactNode;
  end?: ReactNode;
  /** A table follows directly. */
  flush?: boolean;
}) {
  return (
    <div className={flush ? 'section-head flush' : 'section-head'}>
      <h2 id={id}>{title}</h2>
      {note ? <p>{note}</p> : null}
      {end ? <p className="end">{end}</p> : null}
    </div>
  );
}
