import { useEffect, useState, type ReactNode } from 'react';
import { explain } from '../api/problem';
import type { Agent, AgentDefinition } from '../api/shapes';
import { useServices } from '../services';
import { Field, TextArea, TextField } from '../ui/field';
import { Form } from '../ui/form';
import { useSubmit } from '../ui/use-submit';

interface AgentFormProps {
  workspaceId: string;
  /** null: a new one. */
  agent: Agent | null;
  onSaved: () => void;
  onCancel: () => void;
}

export function AgentForm({ workspaceId, agent, onSaved, onCancel }: AgentFormProps): ReactNode {
  const { client } = useServices();
  const [name, setName] = useState(agent?.name ?? '');
  const [instructions, setInstructions] = useState(agent?.instructions ?? '');
  const [model, setModel] = useState(agent?.model ?? '');

  const submission = useSubmit(['name', 'instructions', 'model'], async (keyFor) => {
    const input = { name, instructions, model: model.trim() === '' ? null : model };
    if (agent === null) await client.createAgent(workspaceId, input, keyFor({ workspaceId, ...input }));
    else await client.updateAgent(agent.id, input);
    onSaved();
  });

  return (
    <Form submission={submission} submitLabel={agent === null ? 'Create' : 'Save'} onCancel={onCancel}>
      {agent === null && (
        <Templates
          onChoose={(definition) => {
            setInstructions(definition.instructions);
            if (name === '') setName(definition.name);
          }}
        />
      )}
      <TextField
        label="Name"
        required
        maxLength={100}
        hint="People address it by @ and this name."
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={submission.fieldError('name')}
      />
      <TextArea
        label="Instructions"
        required
        rows={8}
        hint="Who the agent is and how it should answer."
        value={instructions}
        onChange={(event) => setInstructions(event.target.value)}
        error={submission.fieldError('instructions')}
      />
      <TextField
        label="Model"
        maxLength={200}
        hint="Empty: the default of this server."
        value={model}
        onChange={(event) => setModel(event.target.value)}
        error={submission.fieldError('model')}
      />
    </Form>
  );
}

/** Ready-made instructions to begin with. */
function Templates({ onChoose }: { onChoose: (definition: AgentDefinition) => void }): ReactNode {
  const { client, notify } = useServices();
  const [definitions, setDefinitions] = useState<readonly AgentDefinition[]>([]);
  useEffect(() => {
    client.definitions().then(setDefinitions, (error: unknown) => notify(explain(error)));
  }, [client, notify]);
  return (
    <Field label="Begin with">
      {(described) => (
        <select
          {...described}
          defaultValue=""
          onChange={(event) => {
            const chosen = definitions.find(({ definition }) => definition === event.target.value);
            if (chosen) onChoose(chosen);
          }}
        >
          <option value="">An empty page</option>
          {definitions.map(({ definition, name }) => (
            <option key={definition} value={definition}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
