import type { NodeKind } from '../node-kind';
import { agent } from './agent';
import { delay } from './delay';
import { groupChat } from './group-chat';
import { humanInput } from './human-input';
import { join } from './join';
import { loop } from './loop';
import { message } from './message';
import { subworkflow } from './subworkflow';
import { switchKind } from './switch';
import { tool } from './tool';
import { transform } from './transform';
import { trigger } from './trigger';

/** Every kind of node, by the `type` of a node. */
export const nodeKinds: ReadonlyMap<string, NodeKind> = new Map(
  [
    trigger,
    agent,
    tool,
    switchKind,
    join,
    loop,
    humanInput,
    delay,
    subworkflow,
    transform,
    message,
    groupChat,
  ].map((kind) => [kind.kind, kind]),
);
