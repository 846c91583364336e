#!/bin/sh
# Registers the namespace and the search attributes that CoAgent uses. Changes nothing that is there already, and ends
# only when Temporal answers queries by those attributes, so that what starts next can rely on them.
# The CLI takes TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE from the environment.
set -eu

attributes='WorkspaceId RoomId DefinitionId DefinitionVersion TriggerType AgentId Initiator'

# Repeats a command until it succeeds, for at most two minutes; its last output tells why it did not.
wait_for() {
  for attempt in $(seq 60); do
    if output=$("$@" 2>&1); then return; fi
    sleep 2
  done
  echo "gave up after $attempt attempts at: $*" >&2
  echo "$output" >&2
  exit 1
}

wait_for temporal operator cluster health
if ! temporal operator namespace describe >/dev/null 2>&1; then
  wait_for temporal operator namespace create --retention "$NAMESPACE_RETENTION"
fi
wait_for temporal operator search-attribute list

present=$(temporal operator search-attribute list)
for name in $attributes; do
  if echo "$present" | grep -qw "$name"; then continue; fi
  temporal operator search-attribute create --name "$name" --type Keyword
done
for name in $attributes; do
  wait_for temporal workflow count --query "$name = 'none'"
done
echo "Namespace $TEMPORAL_NAMESPACE has the search attributes $attributes."
