import type { AnchorHTMLAttributes, ButtonHTMLAttributes } from 'react';

export type ButtonLook = 'primary' | 'plain' | 'quiet';

function classes(look: ButtonLook, small: boolean, extra: string | undefined): string {
  return ['btn', look === 'plain' ? '' : `btn-${look}`, small ? 'btn-small' : '', extra ?? '']
    .filter(Boolean)
    .join(' ');
}

type Looks = {
  /** One `primary` per page: the verb and the object of what the visitor came for. */
  look?: ButtonLook;
  small?: boolean;
};

/** A button; `type="button"` unless told otherwise, so that none sends a form by accident. */
export function Button({
  look = 'plain',
  small = false,
  className,
  type = 'button',
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & Looks) {
  return <button type={type} className={classes(look, small, className)} {...rest} />;
}

/** A link that looks like a button: it goes somewhere, it changes nothing. */
export function LinkButton({
  look = 'plain',
  small = false,
  className,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & Looks) {
  return <a className={classes(look, small, className)} {...rest} />;
}
