import type { SchemaIssue } from '../../workflows/contracts/graph/catalogue';

/** The first few issues in words; `what` names the value itself. */
export const describeIssues = (issues: readonly SchemaIssue[], what: string): string =>
  issues
    .slice(0, 5)
    .map(({ path, message }) => `${path || what} ${message}`)
    .join('; ');
