import type { FieldError } from './problems';

/** Deepest nesting of a value that the API takes. */
const maxDepth = 64;

/**
 * Finds text that cannot be stored: NUL characters, which Postgres refuses, and halves of surrogate pairs, which are
 * not Unicode text. Also refuses nesting that could exhaust the stack of what handles the value next. Walks without
 * recursion for the same reason.
 */
export function findUnusableText(value: unknown, root: string): FieldError[] {
  const errors: FieldError[] = [];
  const stack: { value: unknown; path: string; depth: number }[] = [{ value, path: root, depth: 0 }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { path, depth } = item;
    if (typeof item.value === 'string') errors.push(...problemsOf(item.value, path));
    if (typeof item.value !== 'object' || item.value === null) continue;
    if (depth === maxDepth) {
      errors.push({ path, code: 'too_deep', message: `nested more than ${maxDepth} levels deep` });
      continue;
    }
    for (const [key, child] of Object.entries(item.value)) {
      errors.push(...problemsOf(key, path));
      stack.push({ value: child, path: `${path}.${key}`, depth: depth + 1 });
    }
  }
  return errors.reverse();
}

function problemsOf(text: string, path: string): FieldError[] {
  if (text.includes('\0'))
    return [{ path: printable(path), code: 'invalid_text', message: 'must not contain NUL characters' }];
  // With the u flag only lone halves are code points of the category Surrogate.
  if (/\p{Surrogate}/u.test(text))
    return [{ path: printable(path), code: 'invalid_text', message: 'must be well-formed Unicode' }];
  return [];
}

const printable = (path: string): string => path.replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
