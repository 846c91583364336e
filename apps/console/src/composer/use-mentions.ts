import { useState, type KeyboardEvent } from 'react';
import type { MemberView } from '../../../../workflows/contracts/events';
import { completeMention, findMentionQuery, suggestMembers } from './mention-query';

export interface Mentions {
  /** Members who may be meant. */
  options: readonly MemberView[];
  open: boolean;
  /** Index of the option that Enter takes. */
  active: number;
  /** The text with an option put in; null: there is no such option. */
  complete: (index: number) => { text: string; caret: number } | null;
  /** @returns true when the key was for the list. */
  onKey: (event: KeyboardEvent, choose: (index: number) => void) => boolean;
  close: () => void;
}

/** The list of members that opens while a mention is typed: arrows choose, Enter or Tab take, Escape closes. */
export function useMentions(text: string, caret: number, members: readonly MemberView[]): Mentions {
  const query = findMentionQuery(text, caret);
  const options = query === null ? [] : suggestMembers(members, query.text);
  const key = query === null ? '' : `${query.start} ${query.text}`;
  const [state, setState] = useState({ key: '', active: 0, closed: '' });
  const open = options.length > 0 && state.closed !== key;
  const active = state.key === key ? Math.min(state.active, options.length - 1) : 0;

  const move = (by: number): void => {
    setState({ ...state, key, active: (active + by + options.length) % options.length });
  };
  const close = (): void => setState({ ...state, closed: key });

  return {
    options,
    open,
    active,
    close,
    complete(index) {
      const option = options[index];
      return query === null || option === undefined ? null : completeMention(text, caret, query, option.name);
    },
    onKey(event, choose) {
      if (!open) return false;
      if (event.key === 'ArrowDown') move(1);
      else if (event.key === 'ArrowUp') move(-1);
      else if (event.key === 'Escape') close();
      else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') choose(active);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
