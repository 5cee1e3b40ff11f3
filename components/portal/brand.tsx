const MARK =
  '<rect width="36" height="36" rx="2" fill="currentColor"/><g class="mark-lines" fill="none" stroke-width="2">' +
  '<path d="M9 28V8M27 28V8M5 8h26"/><path d="M14 28V14h8v14" stroke-width="1.5"/></g>';

/** The mark and the centre's name. The mark is a gate: a placeholder for the centre's own. */
export function Brand({ href, organisation, line }: { href: string; organisation: string; line: string }) {
  return (
    <a className="brand" href={href}>
      <svg viewBox="0 0 36 36" aria-hidden="true" dangerouslySetInnerHTML={{ __html: MARK }} />
      <span>
        <b>{organisation}</b>
        <span>{line}</span>
      </span>
    </a>
  );
}
