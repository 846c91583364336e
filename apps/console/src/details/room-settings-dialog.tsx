import { useEffect, useState, type ReactNode } from 'react';
import { explain } from '../api/problem';
import { turnPolicies, type Room, type RoomChanges, type TurnPolicy } from '../api/shapes';
import { useServices } from '../services';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { Field, TextField } from '../ui/field';
import { useSubmit } from '../ui/use-submit';

interface SettingsProps {
  roomId: string;
  onClose: () => void;
  onChanged: () => void;
}

const policies: Record<TurnPolicy, string> = {
  enqueue: 'It waits for its turn',
  interrupt: 'It stops the agents and is answered next',
  reject: 'It is refused until they have finished',
  parallel: 'It is answered at the same time',
};

export function RoomSettingsDialog({ roomId, onClose, onChanged }: SettingsProps): ReactNode {
  const { client, notify } = useServices();
  const [room, setRoom] = useState<Room | null>(null);

  useEffect(() => {
    client.room(roomId).then(setRoom, (error: unknown) => {
      notify(explain(error));
      onClose();
    });
    // Only once: what is being edited is not to be replaced.
  }, [client, roomId]);

  return (
    <Dialog title="Room settings" onClose={onClose}>
      {room === null ? <p className="late">Loading…</p> : <SettingsForm {...{ room, onClose, onChanged }} />}
    </Dialog>
  );
}

interface FormProps extends Omit<SettingsProps, 'roomId'> {
  room: Room;
}

function SettingsForm({ room, onClose, onChanged }: FormProps): ReactNode {
  const { client } = useServices();
  const [changes, setChanges] = useState<RoomChanges>({});
  const { name, turnPolicy, agentReplies, maxRounds } = { ...room, ...changes };
  const change = (more: RoomChanges): void => setChanges({ ...changes, ...more });
  const submission = useSubmit(['name', 'turnPolicy', 'agentReplies', 'maxRounds'], async () => {
    if (Object.keys(changes).length > 0) await client.updateRoom(room.id, changes);
    onChanged();
    onClose();
  });
  return (
    <Form submission={submission} submitLabel="Save" onCancel={onClose}>
      <TextField
        label="Name"
        autoFocus
        required
        maxLength={120}
        value={name}
        onChange={(event) => change({ name: event.target.value })}
        error={submission.fieldError('name')}
      />
      <Field label="A message that comes while agents answer" error={submission.fieldError('turnPolicy')}>
        {(described) => (
          <select
            {...described}
            value={turnPolicy}
            onChange={(event) => change({ turnPolicy: event.target.value as TurnPolicy })}
          >
            {turnPolicies.map((policy) => (
              <option key={policy} value={policy}>
                {policies[policy]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Agents answer" error={submission.fieldError('agentReplies')}>
        {(described) => (
          <select
            {...described}
            value={agentReplies}
            onChange={(event) => change({ agentReplies: event.target.value as Room['agentReplies'] })}
          >
            <option value="auto">Whenever one of them has something to say</option>
            <option value="mentioned">Only when they are mentioned</option>
          </select>
        )}
      </Field>
      <TextField
        label="Most answers to one message"
        type="number"
        min={1}
        max={20}
        value={Number.isNaN(maxRounds) ? '' : maxRounds}
        onChange={(event) => change({ maxRounds: event.target.valueAsNumber })}
        error={submission.fieldError('maxRounds')}
      />
    </Form>
  );
}
