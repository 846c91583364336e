import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { explain } from '../api/problem';
import type { Agent } from '../api/shapes';
import { useServices } from '../services';
import { Avatar } from '../ui/avatar';
import { Dialog } from '../ui/dialog';
import { IconButton } from '../ui/icon-button';
import { Icon } from '../ui/icons';
import { AgentForm } from './agent-form';

interface AgentsProps {
  workspaceId: string;
  onClose: () => void;
}

/** The agents of a workspace: a list, and a form for one of them. */
export function AgentsDialog({ workspaceId, onClose }: AgentsProps): ReactNode {
  const { client, notify } = useServices();
  const [agents, setAgents] = useState<readonly Agent[] | null>(null);
  const [edited, setEdited] = useState<Agent | 'new' | null>(null);

  const load = useCallback(
    () => client.agents(workspaceId).then(setAgents, (error: unknown) => notify(explain(error))),
    [client, notify, workspaceId],
  );
  useEffect(() => void load(), [load]);

  const saved = (): void => {
    setEdited(null);
    void load();
  };

  if (edited !== null) {
    const title = edited === 'new' ? 'New agent' : edited.name;
    return (
      <Dialog key="form" title={title} onClose={() => setEdited(null)}>
        <AgentForm
          workspaceId={workspaceId}
          agent={edited === 'new' ? null : edited}
          onSaved={saved}
          onCancel={() => setEdited(null)}
        />
      </Dialog>
    );
  }
  return (
    <Dialog key="list" title="Agents" onClose={onClose}>
      {agents === null && <p className="late">Loading…</p>}
      {agents?.length === 0 && <p className="muted">None yet.</p>}
      <ul className="agent-list">
        {agents?.map((agent) => (
          <li key={agent.id}>
            <Avatar id={agent.id} name={agent.name} kind="agent" />
            <div className="agent-text">
              <b>{agent.name}</b>
              <p className="muted">
                {agent.model ?? 'Default model'} · version {agent.version}
                {agent.status === 'active' ? '' : ` · ${agent.status}`}
              </p>
            </div>
            <IconButton icon="edit" label={`Edit ${agent.name}`} onClick={() => setEdited(agent)} />
          </li>
        ))}
      </ul>
      <div className="form-buttons">
        <button type="button" className="button button-primary" onClick={() => setEdited('new')}>
          <Icon name="add" /> New agent
        </button>
      </div>
    </Dialog>
  );
}
