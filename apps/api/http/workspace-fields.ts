import { z } from 'zod';

const id = z
  .uuid()
  .meta({ description: 'Workspace to act in.', example: '0197d6a2-6f5c-7c3e-9d53-0f3a5b1c2d4e' });
const slug = z
  .string()
  .min(1)
  .max(100)
  .meta({ description: 'Workspace to act in, by slug.', example: 'ada-k3v9x2p0ab' });

/** How a route that works in a workspace lets the caller choose it. */
export const workspaceQuery = { workspaceId: id.optional(), workspaceSlug: slug.optional() } as const;

/** For the document only: Node hands headers over in lower case, and unknown ones are no error. */
export const workspaceHeaders = z.object({
  'X-Workspace-Id': id.optional(),
  'X-Workspace-Slug': slug.optional(),
});
