import type { ReactNode } from 'react';
import type { Submission } from './use-submit';

interface FormProps {
  submission: Submission;
  submitLabel: string;
  /** Its button warns: what it does cannot be undone. */
  danger?: boolean;
  onCancel?: () => void;
  children: ReactNode;
}

/** A form with its general error, announced when it appears, and its buttons. */
export function Form({ submission, submitLabel, danger = false, onCancel, children }: FormProps): ReactNode {
  const { pending, error, onSubmit } = submission;
  return (
    <form className="form" onSubmit={onSubmit} noValidate>
      {children}
      <div role="alert" className="form-alert">
        {error !== undefined && <p className="form-error">{error}</p>}
      </div>
      <div className="form-buttons">
        {onCancel && (
          <button type="button" className="button" onClick={onCancel}>
            Cancel
          </button>
        )}
        <button
          type="submit"
          className={`button ${danger ? 'button-danger' : 'button-primary'}`}
          aria-disabled={pending}
        >
          {pending ? 'One moment…' : submitLabel}
        </button>
      </div>
    </form>
  );
}
