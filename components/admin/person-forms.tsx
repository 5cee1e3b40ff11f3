import type { Translate } from '#lib/ctx';
import type { PersonView } from '#lib/identity/people';

import { Button } from '#components/ui/button';

/** Folded in a person's row: their roles, and whether they may sign in. */
export function PersonForms({
  person,
  roles,
  changeRoles,
  changeAccess,
  t,
}: {
  person: PersonView;
  roles: readonly { value: PersonView['roles'][number]; word: string }[];
  changeRoles: (form: FormData) => Promise<void>;
  changeAccess: (form: FormData) => Promise<void>;
  t: Translate;
}) {
  const name = person.displayName;
  return (
    <details className="person-forms">
      <summary aria-label={t('admin.people.changeName', { name })}>{t('admin.people.change')}</summary>
      <form action={changeRoles} className="stack-2">
        <input type="hidden" name="login" value={person.login} />
        <fieldset className="dense">
          <legend className="legend">{t('admin.people.rolesOf', { name })}</legend>
          {roles.map(({ value, word }) => (
            <label key={value} className="tick">
              <input
                type="checkbox"
                name="role"
                value={value}
                defaultChecked={person.roles.includes(value)}
              />
              <span>{word}</span>
            </label>
          ))}
        </fieldset>
        <p className="actions">
          <Button type="submit" small>
            {t('admin.people.saveRoles')}
          </Button>
        </p>
      </form>
      <form action={changeAccess} className="stack-2">
        <input type="hidden" name="login" value={person.login} />
        <Button type="submit" small look="quiet" name="do" value={person.disabled ? 'enable' : 'disable'}>
          {t(person.disabled ? 'admin.people.enable' : 'admin.people.disable')}
        </Button>
      </form>
    </details>
  );
}
