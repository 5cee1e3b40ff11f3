/** Drawn on a 16 px grid, stroke only; states differ in outline, so that they are told apart without colour. */
const PATHS = {
  ok: ['C', 'm5.25 8.25 2 2 3.5-4'],
  warn: ['M8 1.9 14.6 13.6H1.4z', 'M8 6.2v3.4M8 11.6v.1'],
  bad: ['M5.4 1.75h5.2l3.65 3.65v5.2l-3.65 3.65H5.4L1.75 10.6V5.4z', 'm5.9 5.9 4.2 4.2M10.1 5.9 5.9 10.1'],
  wait: ['C', 'M8 4.5V8l2.4 1.6'],
  none: ['C', 'M5 8h6'],
  info: ['C', 'M8 7.25v3.75M8 5v.1'],
  start: ['M14.25 8A6.25 6.25 0 1 1 8 1.75', 'M8 4.5V8h3'],
  todo: ['M13 8A5 5 0 1 1 3 8a5 5 0 0 1 10 0z'],
  menu: ['M2 4h12M2 8h12M2 12h12'],
  down: ['M8 1.75v8.5M4.25 6.75 8 10.5l3.75-3.75M2 14h12'],
  up: ['M8 10.5V2M4.25 5.5 8 1.75l3.75 3.75M2 14h12'],
  chevron: ['m3.5 6 4.5 4.5L12.5 6'],
  arrow: ['M2 8h11.5M9.25 3.75 13.5 8l-4.25 4.25'],
  lock: [
    'M3.75 7h8.5a1 1 0 0 1 1 1v5.25a1 1 0 0 1-1 1h-8.5a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z',
    'M5 7V4.75a3 3 0 0 1 6 0V7',
  ],
  unlock: [
    'M3.75 7h8.5a1 1 0 0 1 1 1v5.25a1 1 0 0 1-1 1h-8.5a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z',
    'M5 7V4.75a3 3 0 0 1 5.9-.75',
  ],
  copy: [
    'M6.25 5.25h7a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z',
    'M10.75 5.25v-2.5a1 1 0 0 0-1-1h-7a1 1 0 0 0-1 1v7a1 1 0 0 0 1 1h2.5',
  ],
  browser: [
    'M2.5 2.5h11a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z',
    'M1.5 5.75h13M3.5 4.2h.1M5.3 4.2h.1',
  ],
  gate: ['M2.5 14.25V3M13.5 14.25V3M1 3h14M5.25 14.25V6.5h5.5v7.75M8 6.5v7.75'],
  ca: [
    'M12.25 6a4.25 4.25 0 1 1-8.5 0 4.25 4.25 0 0 1 8.5 0z',
    'M9.75 6a1.75 1.75 0 1 1-3.5 0 1.75 1.75 0 0 1 3.5 0z',
    'm5.2 9.3-1.2 5 4-2 4 2-1.2-5',
  ],
  hub: [
    'M10 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0z',
    'M9.25 2.5a1.25 1.25 0 1 1-2.5 0 1.25 1.25 0 0 1 2.5 0zM4.45 12a1.25 1.25 0 1 1-2.5 0 1.25 1.25 0 0 1 2.5 0zM14.05 12a1.25 1.25 0 1 1-2.5 0 1.25 1.25 0 0 1 2.5 0z',
    'M8 3.75V6M6.4 9.3l-2.2 1.85M9.6 9.3l2.2 1.85',
  ],
  search: ['M11.5 6.75a4.75 4.75 0 1 1-9.5 0 4.75 4.75 0 0 1 9.5 0z', 'm10.25 10.25 4 4'],
  person: [
    'M10.75 5a2.75 2.75 0 1 1-5.5 0 2.75 2.75 0 0 1 5.5 0z',
    'M2.5 14.25c.4-3 2.6-4.5 5.5-4.5s5.1 1.5 5.5 4.5',
  ],
  mail: ['M1.75 3.5h12.5v9H1.75z', 'm2 4 6 5 6-5'],
  trash: ['M2.5 4h11M6 4V2.25h4V4M4 4l.6 10h6.8L12 4'],
  external: ['M6.5 2.5h-4v11h11v-4M9.5 1.75h4.75V6.5M14 2 7.75 8.25'],
} as const;

/** A full circle, for the states that have one. */
const CIRCLE = 'M14.25 8A6.25 6.25 0 1 1 1.75 8a6.25 6.25 0 0 1 12.5 0z';

/** The drawing inside its `<svg>`. As text: as elements of React an icon would cost three times as much. */
const DRAWINGS = {
  ...(Object.fromEntries(
    Object.entries(PATHS).map(([name, paths]) => [
      name,
      paths.map((path) => `<path d="${path === 'C' ? CIRCLE : path}"/>`).join(''),
    ]),
  ) as Record<PathIcon, string>),
  stale: `<path d="${CIRCLE}" stroke-dasharray="2.2 2.2"/><path d="M5.75 8h4.5"/>`,
  now: `<path d="${CIRCLE}"/><circle cx="8" cy="8" r="2.5" fill="currentColor"/>`,
};

export type PathIcon = keyof typeof PATHS;
export type IconName = keyof typeof DRAWINGS;

/** An ornament beside a word: never the only carrier of a meaning. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      aria-hidden="true"
      dangerouslySetInnerHTML={{ __html: DRAWINGS[name] }}
    />
  );
}

/** Icons to be used by name on this page, inside an `<svg>`: for long lists, where each drawing would weigh. */
export function iconSymbols(names: readonly PathIcon[]): string {
  return names
    .map((name) => `<symbol id="icon-${name}" viewBox="0 0 16 16">${DRAWINGS[name]}</symbol>`)
    .join('');
}

/** Such an icon as text, for lists that are put together as one string (components/hubs/hub-rows.ts). */
export function iconUse(name: PathIcon): string {
  return `<svg class="icon" aria-hidden="true"><use href="#icon-${name}"/></svg>`;
}
