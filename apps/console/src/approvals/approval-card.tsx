import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Approval } from '../api/shapes';
import { labelOf } from '../room/approvals';
import type { RoomSession } from '../room/room-session';
import { RichText } from '../text/rich-text';
import { momentOf } from '../text/times';
import { TextField } from '../ui/field';
import { initialValues, pathOf } from './form-data';
import { FormFieldControl } from './form-field';
import { formFields } from './form-schema';
import { useDecision } from './use-decision';

/** Longest comment, in characters. */
const longestComment = 4000;

/** One question, its form, and a button for each answer. */
export function ApprovalCard({ session, approval }: { session: RoomSession; approval: Approval }): ReactNode {
  const { title, description, schema, actions, decisions, quorum, dueAt } = approval;
  const heading = useId();
  const form = useRef<HTMLFormElement>(null);
  // What is being filled in is not to change; a form never does.
  const [fields] = useState(() => (schema === null ? [] : formFields(schema)));
  const [values, setValues] = useState(() => initialValues(fields));
  const [comment, setComment] = useState('');
  const { pending, error, fieldError, decide } = useDecision(session, approval, fields);

  // Before the card goes, or the focus would be lost. Somebody who is still writing must not write into a message.
  const decided = useRef(false);
  useLayoutEffect(() => {
    const element = form.current;
    return () => {
      if (element?.contains(document.activeElement) !== true) return;
      document.getElementById(decided.current ? 'composer' : 'room-heading')?.focus();
    };
  }, []);

  const choose = (action: string): void => {
    if (pending || form.current === null) return;
    decided.current = true;
    decide(form.current, { action, values, comment });
  };

  // Here, Escape leads back to the message field; it must not stop the run that asks.
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    document.getElementById('composer')?.focus();
  };

  return (
    <form
      ref={form}
      className="approval"
      aria-labelledby={heading}
      onSubmit={(event) => event.preventDefault()}
      onChange={() => {
        decided.current = false;
      }}
      onKeyDown={onKeyDown}
      noValidate
    >
      <h2 id={heading}>{title}</h2>
      {description !== '' && (
        <div className="message-text">
          <RichText text={description} names={[]} markdown />
        </div>
      )}
      {(quorum > 1 || dueAt !== null) && (
        <p className="hint">
          {quorum > 1 && `${quorum} people have to choose the same. `}
          {dueAt !== null && `Until ${momentOf(dueAt)}.`}
        </p>
      )}
      {decisions.length > 0 && (
        <ul className="hint">
          {decisions.map((made) => (
            <li key={made.userId}>
              {made.name}: {labelOf(approval, made.action)}
              {made.comment !== null && ` – ${made.comment}`}
            </li>
          ))}
        </ul>
      )}
      {fields.map((field) => (
        <FormFieldControl
          key={pathOf(field)}
          field={field}
          value={values[pathOf(field)] ?? ''}
          error={fieldError(pathOf(field))}
          onChange={(value) => setValues({ ...values, [pathOf(field)]: value })}
        />
      ))}
      <TextField
        label="Comment (optional)"
        maxLength={longestComment}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
        error={fieldError('comment')}
      />
      <div role="alert" className="form-alert">
        {error !== undefined && <p className="form-error">{error}</p>}
      </div>
      <div className="form-buttons">
        {actions.map(({ id, label }, index) => (
          <button
            key={id}
            type="button"
            className={`button ${index === 0 ? 'button-primary' : ''}`}
            aria-disabled={pending}
            onClick={() => choose(id)}
          >
            {label}
          </button>
        ))}
      </div>
    </form>
  );
}
