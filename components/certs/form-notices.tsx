import { Callout } from '../ui/callout';

/** Why a form was refused, above it. */
export function FormFailure({ title, text }: { title: string; text: string }) {
  return (
    <div className="form-error">
      <Callout kind="bad" alert>
        <p>
          <b>{title}</b>
        </p>
        <p>{text}</p>
      </Callout>
    </div>
  );
}

/** A key can only be made in the browser by a script; the other ways need none. */
export function NeedsScript({ text }: { text: string }) {
  return (
    <noscript>
      <div className="form-error">
        <Callout kind="warn">
          <p>{text}</p>
        </Callout>
      </div>
    </noscript>
  );
}
