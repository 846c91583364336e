import { useState, type ReactNode } from 'react';
import { useServices } from '../services';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { TextField } from '../ui/field';
import { useSubmit } from '../ui/use-submit';

interface CreateRoomProps {
  workspaceId: string;
  onClose: () => void;
  onCreated: (roomId: string) => void;
}

export function CreateRoomDialog({ workspaceId, onClose, onCreated }: CreateRoomProps): ReactNode {
  const { client } = useServices();
  const [name, setName] = useState('');
  const submission = useSubmit(['name'], async (keyFor) => {
    const room = await client.createRoom(workspaceId, name, keyFor({ workspaceId, name }));
    onCreated(room.id);
  });
  return (
    <Dialog title="New room" onClose={onClose}>
      <Form submission={submission} submitLabel="Create" onCancel={onClose}>
        <TextField
          label="Name"
          required
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={submission.fieldError('name')}
        />
      </Form>
    </Dialog>
  );
}
