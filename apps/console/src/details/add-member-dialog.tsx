import { useEffect, useState, type ReactNode } from 'react';
import type { MemberView } from '../../../../workflows/contracts/events';
import type { Newcomer } from '../api/client';
import { explain } from '../api/problem';
import type { Agent } from '../api/shapes';
import { useServices } from '../services';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { Field, TextField } from '../ui/field';
import { useSubmit } from '../ui/use-submit';

interface AddMemberProps {
  roomId: string;
  workspaceId: string;
  members: readonly MemberView[];
  onClose: () => void;
}

export function AddMemberDialog({ roomId, workspaceId, members, onClose }: AddMemberProps): ReactNode {
  const { client, notify } = useServices();
  const [agents, setAgents] = useState<readonly Agent[]>([]);
  const [kind, setKind] = useState<'person' | 'agent'>('person');
  const [email, setEmail] = useState('');
  const [chosen, setChosen] = useState('');

  useEffect(() => {
    client.agents(workspaceId).then(setAgents, (error: unknown) => notify(explain(error)));
  }, [client, notify, workspaceId]);

  const free = agents.filter(
    ({ id, status }) => status === 'active' && !members.some(({ agentId }) => agentId === id),
  );
  const agentId = free.some(({ id }) => id === chosen) ? chosen : (free[0]?.id ?? '');
  const submission = useSubmit(['email', 'agentId'], async (keyFor) => {
    const newcomer: Newcomer = kind === 'person' ? { email } : { agentId };
    await client.addMember(roomId, newcomer, keyFor(newcomer));
    onClose();
  });

  return (
    <Dialog title="Add a member" onClose={onClose}>
      <Form submission={submission} submitLabel="Add" onCancel={onClose}>
        <fieldset className="choice">
          <legend>Who?</legend>
          <label>
            <input type="radio" name="kind" checked={kind === 'person'} onChange={() => setKind('person')} />{' '}
            A person
          </label>
          <label>
            <input type="radio" name="kind" checked={kind === 'agent'} onChange={() => setKind('agent')} /> An
            agent
          </label>
        </fieldset>
        {kind === 'person' ? (
          <TextField
            label="Email"
            type="email"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            error={submission.fieldError('email')}
          />
        ) : (
          <Field
            label="Agent"
            hint={
              free.length === 0
                ? 'Every active agent of the workspace is here. Make another under “Agents”.'
                : undefined
            }
            error={submission.fieldError('agentId')}
          >
            {(described) => (
              <select {...described} value={agentId} onChange={(event) => setChosen(event.target.value)}>
                {free.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
      </Form>
    </Dialog>
  );
}
