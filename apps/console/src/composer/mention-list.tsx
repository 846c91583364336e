import { useEffect, useRef, type ReactNode } from 'react';
import type { MemberView } from '../../../../workflows/contracts/events';
import { Avatar } from '../ui/avatar';

interface MentionListProps {
  id: string;
  options: readonly MemberView[];
  active: number;
  onChoose: (index: number) => void;
}

export const optionId = (listId: string, index: number): string => `${listId}-${index}`;

/** The focus stays in the message field, which names the active option. */
export function MentionList({ id, options, active, onChoose }: MentionListProps): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <ul ref={list} className="mention-list" id={id} role="listbox" aria-label="Members to mention">
      {options.map((member, index) => (
        <li
          key={member.id}
          id={optionId(id, index)}
          role="option"
          aria-selected={index === active}
          // Keeps the focus in the field.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(index)}
        >
          <Avatar
            id={member.userId ?? member.agentId ?? member.id}
            name={member.name}
            kind={member.kind}
            small
          />
          {member.name}
          {member.kind === 'agent' && <span className="badge">agent</span>}
        </li>
      ))}
    </ul>
  );
}
