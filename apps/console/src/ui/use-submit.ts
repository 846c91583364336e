import { useCallback, useEffect, useRef, useState, type SubmitEvent } from 'react';
import { explain, ProblemError } from '../api/problem';

export interface Submission {
  pending: boolean;
  /** What went wrong, unless fields say it. */
  error: string | undefined;
  /** What is wrong with a field of the request's body. */
  fieldError: (name: string) => string | undefined;
  onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
  /** The same, where a form has several buttons. */
  submit: (form: HTMLFormElement) => void;
}

/** @param key the same for the same body until it has worked: repeated, it is done once. */
export type Work = (keyFor: (body: unknown) => string) => Promise<void>;

/**
 * A form that calls the API: waits, shows what is wrong, and puts the focus on the first field that is.
 * @param names of the fields that show their own errors.
 */
export function useSubmit(names: readonly string[], work: Work): Submission {
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const key = useRef({ body: '', value: '' });
  /** The form that was refused, until the focus is in it. */
  const refused = useRef<HTMLFormElement | null>(null);

  // After the fields were marked.
  useEffect(() => {
    if (problem === null) return;
    refused.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    refused.current = null;
  }, [problem]);

  const keyFor = useCallback((body: unknown): string => {
    const text = JSON.stringify(body);
    if (key.current.body !== text) key.current = { body: text, value: crypto.randomUUID() };
    return key.current.value;
  }, []);

  const run = async (form: HTMLFormElement): Promise<void> => {
    setPending(true);
    setProblem(null);
    try {
      await work(keyFor);
      key.current = { body: '', value: '' };
    } catch (error) {
      refused.current = form;
      setProblem(error);
    } finally {
      setPending(false);
    }
  };

  const submit = (form: HTMLFormElement): void => {
    if (!pending) void run(form);
  };

  const fields = problem instanceof ProblemError ? problem.fields : [];
  const own = fields.filter(({ path }) => names.some((name) => concerns(path, name)));
  return {
    pending,
    error: problem === null || own.length > 0 ? undefined : explain(problem),
    fieldError(name) {
      const found = own.find(({ path }) => concerns(path, name));
      const within = found?.path.slice(`body.${name}.`.length) ?? '';
      return within === '' ? found?.message : `${within}: ${found?.message ?? ''}`;
    },
    submit,
    onSubmit(event) {
      event.preventDefault();
      submit(event.currentTarget);
    },
  };
}

/** A field's problems may be inside its value: `body.list.0` concerns `list`. */
const concerns = (path: string, name: string): boolean => `${path}.`.startsWith(`body.${name}.`);
