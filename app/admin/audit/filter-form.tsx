import type { AuditFilterQuery } from '#lib/audit/read-filter';
import type { Translate } from '#lib/ctx';

import { Button } from '#components/ui/button';

const TEXTS = [
  ['about', 'aboutPlaceholder'],
  ['actor', 'actorPlaceholder'],
  ['action', 'actionPlaceholder'],
  ['target', null],
] as const;
const OUTCOMES = ['done', 'refused', 'failed'] as const;

/** What to look for, as an ordinary GET form: the result has an address, and works without JavaScript. */
export function FilterForm({
  action,
  filter,
  t,
}: {
  action: string;
  filter: AuditFilterQuery;
  t: Translate;
}) {
  const word = (key: string) => t(`admin.audit.${key}`);
  const day = (text: string | undefined) => text?.slice(0, 10);
  return (
    <form method="get" action={action} role="search" aria-label={word('filterAria')} className="audit-filter">
      {TEXTS.map(([name, placeholder]) => (
        <div key={name} className="field dense">
          <label htmlFor={name}>{word(name)}</label>
          <input
            id={name}
            name={name}
            defaultValue={filter[name]}
            placeholder={placeholder === null ? undefined : word(placeholder)}
            maxLength={name === 'action' ? 64 : 200}
            autoComplete="off"
            spellCheck={false}
          />
        </div>
      ))}
      <div className="field dense">
        <label htmlFor="outcome">{word('outcomeLabel')}</label>
        <select id="outcome" name="outcome" defaultValue={filter.outcome ?? ''}>
          <option value="">{word('anyOutcome')}</option>
          {OUTCOMES.map((outcome) => (
            <option key={outcome} value={outcome}>
              {t(`admin.audit.outcome.${outcome}`)}
            </option>
          ))}
        </select>
      </div>
      {(['from', 'to'] as const).map((name) => (
        <div key={name} className="field dense">
          <label htmlFor={name}>{word(name)}</label>
          <input id={name} name={name} type="date" defaultValue={day(filter[name])} />
        </div>
      ))}
      <Button type="submit" small>
        {word('searchButton')}
      </Button>
    </form>
  );
}
