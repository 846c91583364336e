import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { TriggerEvent } from '../contracts/triggers/events';
import { hostMessages, type HostProgress, type TriggersWorkflowInput } from '../contracts/triggers/host';
import { SeenIds } from '../room/message-ids';
import { Renewal } from '../room/renewal';
import { Dispatcher } from './dispatcher';
import { LocalTurn } from '../local-turn';

const eventsSignal = defineSignal<[TriggerEvent[]]>(hostMessages.events);
const progressQuery = defineQuery<HostProgress>(hostMessages.progress);

/** Ids of events remembered within an execution; the newest are handed to the next one. */
const seenLimit = 50_000;
const seenCarried = 2000;
/** Most bursts that are shown. */
const shownBursts = 50;

/** One workspace: decides which trigger policies answer its events that belong to no room. Runs for ever. */
export async function triggersWorkflow({ workspaceId, carried }: TriggersWorkflowInput): Promise<void> {
  const seen = new SeenIds(seenLimit, carried?.seen);
  const inbox: TriggerEvent[] = [...(carried?.inbox ?? [])];
  const renewal = new Renewal();
  const host = { workspaceId, roomId: null };
  const dispatcher = new Dispatcher(host, new LocalTurn(), inbox, carried?.triggers);

  setHandler(eventsSignal, (happened) => {
    inbox.push(...happened.filter(({ id }) => seen.add(id)));
    renewal.note();
  });
  setHandler(progressQuery, () => dispatcher.progress());

  void dispatcher.run(() => renewal.overdue);
  const renewable = (): boolean =>
    renewal.due && dispatcher.settled && dispatcher.portable && allHandlersFinished();
  for (;;) {
    showDetails(dispatcher.progress());
    const { rounds } = dispatcher;
    await condition(() => renewable() || renewal.unwatched || dispatcher.rounds > rounds);
    if (renewal.unwatched) void renewal.watch(() => dispatcher.settled);
    if (renewal.overdue) renewal.stop();
    if (!renewable()) continue;
    if (!dispatcher.flushed) {
      await dispatcher.flush();
      continue;
    }
    const triggers = dispatcher.carry();
    return continueAsNew<typeof triggersWorkflow>({
      workspaceId,
      carried: {
        ...(triggers && { triggers }),
        seen: seen.toArray().slice(-seenCarried),
        inbox,
      },
    });
  }
}

/** What an operator reads at the top of the workflow's page in the Temporal UI. */
function showDetails({ policies, bursts }: HostProgress): void {
  const lines = bursts.slice(0, shownBursts).map(({ policyId, sessionId, count, endsAt }) => {
    const where = sessionId === null ? '' : ` in session \`${sessionId}\``;
    return `- policy \`${policyId}\`${where}: a burst of ${count} events, which ends at ${endsAt} at the earliest`;
  });
  setCurrentDetails([`${policies} policies · ${bursts.length} bursts under way`, ...lines].join('\n\n'));
}
