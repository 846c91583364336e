import type { ReactNode } from 'react';
import { useServices } from '../services';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { useSubmit } from '../ui/use-submit';

interface DeleteRoomProps {
  roomId: string;
  name: string;
  onClose: () => void;
  onDeleted: () => void;
}

export function DeleteRoomDialog({ roomId, name, onClose, onDeleted }: DeleteRoomProps): ReactNode {
  const { client } = useServices();
  const submission = useSubmit([], async () => {
    await client.deleteRoom(roomId);
    onDeleted();
  });
  return (
    <Dialog title="Delete room?" onClose={onClose}>
      <Form submission={submission} submitLabel="Delete" danger onCancel={onClose}>
        <p>
          <b>{name}</b> and its messages disappear for everybody in it. This cannot be undone.
        </p>
      </Form>
    </Dialog>
  );
}
