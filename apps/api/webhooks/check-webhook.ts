import { parseBlock } from '../../../infra/outbound/address-blocks';
import { OutboundRefusedError } from '../../../infra/outbound/outbound-errors';
import { checkOutboundUrl } from '../../../infra/outbound/outbound-url';
import type { Database } from '../../../infra/database/client';
import type { FieldError } from '../http/problems';
import { invalid } from '../http/validate';

/**
 * What only the server can tell of a webhook: where its URL may lead, and that the room is one of the workspace.
 * @throws ApiError `invalid_request` that names all of it.
 */
export async function checkWebhook(
  database: Database,
  allowed: readonly string[],
  workspaceId: string,
  { url, roomId }: { url?: string | undefined; roomId?: string | null | undefined },
): Promise<void> {
  const errors: FieldError[] = [];
  if (url !== undefined) errors.push(...urlErrors(url, allowed));
  if (typeof roomId === 'string') {
    const room = await database.room.findFirst({
      where: { id: roomId, workspaceId, deletedAt: null },
      select: { id: true },
    });
    if (room === null)
      errors.push({ path: 'body.roomId', code: 'not_found', message: 'The workspace has no such room.' });
  }
  if (errors.length > 0) throw invalid(errors);
}

function urlErrors(url: string, allowed: readonly string[]): FieldError[] {
  try {
    checkOutboundUrl(
      url,
      allowed.map(parseBlock).filter((block) => block !== null),
    );
    return [];
  } catch (error) {
    if (!(error instanceof OutboundRefusedError)) throw error;
    return [{ path: 'body.url', code: `refused_${error.code}`, message: error.message }];
  }
}
