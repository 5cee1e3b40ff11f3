/** Links to the same list in other states, with their numbers. */
export function Tabs({
  label,
  locale,
  tabs,
}: {
  label: string;
  locale: string;
  tabs: readonly { key: string; href: string; word: string; count?: number | undefined; current: boolean }[];
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.key} href={tab.href} aria-current={tab.current ? 'true' : undefined}>
          {tab.word}
          {tab.count === undefined ? null : (
            <>
              {' '}
              <span className="count">{tab.count.toLocaleString(locale)}</span>
            </>
          )}
        </a>
      ))}
    </nav>
  );
}
