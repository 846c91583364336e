import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';

/** Search attributes by which operators find runs; all are keywords. A dev server gets them as flags, a cluster at start. */
export const searchAttributes = {
  WorkspaceId: defineSearchAttributeKey('WorkspaceId', 'KEYWORD'),
  RoomId: defineSearchAttributeKey('RoomId', 'KEYWORD'),
  DefinitionId: defineSearchAttributeKey('DefinitionId', 'KEYWORD'),
  DefinitionVersion: defineSearchAttributeKey('DefinitionVersion', 'KEYWORD'),
  TriggerType: defineSearchAttributeKey('TriggerType', 'KEYWORD'),
  AgentId: defineSearchAttributeKey('AgentId', 'KEYWORD'),
  Initiator: defineSearchAttributeKey('Initiator', 'KEYWORD'),
};

export const searchAttributeNames = Object.keys(searchAttributes);

/** What operators find the run of a workflow by. */
export const runSearchAttributes = (run: {
  workspaceId: string;
  roomId: string | null;
  workflowId: string;
  version: number;
  triggerType: string;
  /** For people to read. */
  initiator: string;
}): TypedSearchAttributes =>
  new TypedSearchAttributes([
    { key: searchAttributes.WorkspaceId, value: run.workspaceId },
    ...(run.roomId === null ? [] : [{ key: searchAttributes.RoomId, value: run.roomId }]),
    { key: searchAttributes.DefinitionId, value: run.workflowId },
    { key: searchAttributes.DefinitionVersion, value: String(run.version) },
    { key: searchAttributes.TriggerType, value: run.triggerType },
    { key: searchAttributes.Initiator, value: run.initiator },
  ]);
