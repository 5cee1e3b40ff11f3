import type { ReactNode } from 'react';

/** How far a piece of work has come, in figures and as a bar. */
export function Progress({
  value,
  max,
  label,
  end,
}: {
  value: number;
  max: number;
  label: string;
  end?: ReactNode;
}) {
  return (
    <div>
      <div className="progress-head">
        <span>{label}</span>
        <span>{end ?? `${value} / ${max}`}</span>
      </div>
      <progress className="progress" value={value} max={Math.max(max, 1)} aria-label={label} />
    </div>
  );
}
