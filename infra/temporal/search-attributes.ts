import { defineSearchAttributeKey } from '@temporalio/common';

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
