import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';

import { Icon } from './icon';

type FieldText = {
  /** Id of the control; help, error and remark hang on it. */
  id: string;
  label: ReactNode;
  /** "(optional)" or so, after the label. */
  labelNote?: ReactNode;
  help?: ReactNode;
  error?: ReactNode;
  /** A remark that all is well so far. */
  fine?: ReactNode;
  /** Label and help beside the control where there is room. */
  split?: boolean | undefined;
  dense?: boolean | undefined;
  /** The first of a form: a little air above. */
  first?: boolean | undefined;
  /** Classes of the frame. */
  frame?: string | undefined;
};

/** Label, help, control and what is wrong with it, tied together for screen readers. */
export function FieldFrame(props: FieldText & { children: ReactNode }) {
  const { id, label, labelNote, help, error, fine, split, dense, first, frame, children } = props;
  const classes = [
    'field',
    split && 'split',
    dense && 'dense',
    first && 'first',
    error && 'has-error',
    frame,
  ];
  return (
    <div className={classes.filter(Boolean).join(' ')}>
      <label htmlFor={id}>
        {label}
        {labelNote ? <span className="opt-word"> {labelNote}</span> : null}
      </label>
      {help ? (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      ) : null}
      <div className="control">
        {children}
        {error ? (
          <p className="error" id={`${id}-error`}>
            <Icon name="bad" />
            <span>{error}</span>
          </p>
        ) : null}
        {fine && !error ? (
          <p className="fine" id={`${id}-fine`}>
            <Icon name="ok" />
            <span>{fine}</span>
          </p>
        ) : null}
      </div>
    </div>
  );
}

/** What ties a control to its label, help and error. */
function tied({ id, help, error, fine }: FieldText) {
  const ids = [help && `${id}-help`, error && `${id}-error`, fine && !error && `${id}-fine`].filter(Boolean);
  return {
    id,
    ...(ids.length > 0 ? { 'aria-describedby': ids.join(' ') } : {}),
    ...(error ? { 'aria-invalid': true } : {}),
  };
}

/** Parts the words about a control from the attributes of the control itself. */
function parted<P extends FieldText>(props: P): [FieldText, Omit<P, keyof FieldText>] {
  const { id, label, labelNote, help, error, fine, split, dense, first, frame, ...control } = props;
  return [{ id, label, labelNote, help, error, fine, split, dense, first, frame }, control];
}

/** One line of text; `beside` puts a button next to it. */
export function Field({
  mono = false,
  beside,
  ...props
}: FieldText & Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> & { mono?: boolean; beside?: ReactNode }) {
  const [frame, input] = parted(props);
  const control = <input className={mono ? 'mono' : undefined} {...input} {...tied(frame)} />;
  return (
    <FieldFrame {...frame}>
      {beside ? (
        <div className="joined">
          {control}
          {beside}
        </div>
      ) : (
        control
      )}
    </FieldFrame>
  );
}

/** Several lines of text. */
export function TextField({
  mono = false,
  ...props
}: FieldText & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id'> & { mono?: boolean }) {
  const [frame, textarea] = parted(props);
  return (
    <FieldFrame {...frame}>
      <textarea className={mono ? 'mono' : undefined} {...textarea} {...tied(frame)} />
    </FieldFrame>
  );
}

/** One of several; the `<option>`s are its children. */
export function SelectField(props: FieldText & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'id'>) {
  const [frame, select] = parted(props);
  return (
    <FieldFrame {...frame}>
      <select {...select} {...tied(frame)} />
    </FieldFrame>
  );
}
