/** Something wrong with a graph. An `error` blocks publishing; a `warning` does not; neither blocks saving a draft. */
export interface GraphProblem {
  code: ProblemCode;
  severity: 'error' | 'warning';
  /** At most one of nodeId and edgeId. */
  nodeId?: string;
  edgeId?: string;
  /** Within the node or edge, or within the document: `data.cases.0.when`. */
  path?: string;
  /** Says what to do. */
  message: string;
}

/** Every code, with what it means; the guide lists them (docs/workflows.md). */
export const problemCodes = {
  empty_graph: 'The graph has no nodes.',
  no_trigger: 'No node is a trigger.',
  several_triggers: 'More than one node is a trigger.',
  invalid_shape: 'A field is missing, unknown or of the wrong type.',
  duplicate_id: 'Two nodes, or two edges, have the same id.',
  reserved_id: 'The id means something else in expressions.',
  unknown_kind: 'There is no such kind of node.',
  unknown_kind_version: 'The kind has no such version.',
  dangling_edge: 'The edge begins or ends at a node that does not exist.',
  unknown_handle: 'The node has no such way out.',
  duplicate_edge: 'Two edges lead from the same way out to the same node.',
  edge_into_trigger: 'Nothing can lead to a trigger.',
  self_edge: 'The edge leads from a node to itself.',
  cycle: 'These nodes lead to each other in a circle. Use a loop.',
  edge_across_loop: 'The edge leads into a loop’s body or out of it.',
  invalid_parent: 'The parent does not exist, is no loop, or belongs to the node’s own body.',
  trigger_in_loop: 'A trigger cannot be part of a loop.',
  nested_too_deep: 'Loops are nested too deep.',
  unreachable: 'No path leads from the trigger to this node.',
  no_path_to_end: 'Every path from here goes in circles.',
  cleanup_overlap: 'The node belongs to the clean-up branch and to the rest.',
  empty_loop: 'The loop has no nodes inside.',
  unknown_agent: 'There is no such agent in this workspace.',
  unknown_tool: 'There is no such tool.',
  unknown_workflow: 'There is no such workflow in this workspace.',
  unpublished_workflow: 'The workflow, or the version named, has not been published.',
  recursive_workflow: 'The workflow would run itself.',
  too_deep: 'Sub-workflows are nested too deep.',
  unknown_reference: 'The expression uses a value that does not exist.',
  uncertain_reference:
    'The expression uses the output of a node that may have been skipped. Guard it with has(nodes.id).',
  type_mismatch: 'The value has another type than is needed.',
  invalid_expression: 'The expression cannot be understood.',
  forbidden_expression:
    'The expression uses something that is not allowed: matches(), or macros within macros.',
  expression_too_long: 'The expression or template is too long.',
  switch_without_else: 'No edge leads out of `else`.',
  duplicate_case: 'Two cases of a switch have the same id or condition.',
  unconnected_case: 'No edge leads out of this case.',
  impossible_quorum: 'The quorum can never be reached.',
  loop_without_maximum: 'The loop has no maximum.',
  approval_without_assignee: 'Nobody may decide.',
  approval_without_branch: 'An action, or the time-out, leads nowhere.',
  error_without_branch: 'onError is `branch`, but no edge leads out of `error`.',
  retry_not_repeatable: 'The tool must not be called twice, so it cannot be retried.',
  invalid_schema: 'This is not a valid JSON Schema.',
  invalid_default: 'The default does not satisfy the output schema.',
  too_many_nodes: 'The graph has too many nodes or edges.',
  too_large: 'The graph is too large.',
  fan_out: 'Too many edges lead out of this node.',
  unused_value: 'Nothing uses this.',
} as const satisfies Record<string, string>;

export type ProblemCode = keyof typeof problemCodes;
