import { useRef } from 'react';
import { invalidInput, ProblemError } from '../api/problem';
import type { Approval } from '../api/shapes';
import { labelOf } from '../room/approvals';
import type { RoomSession } from '../room/room-session';
import { useServices } from '../services';
import { useSubmit, type Submission } from '../ui/use-submit';
import { pathOf, toData, type FormValues } from './form-data';
import type { FormField } from './form-schema';

interface Answer {
  action: string;
  values: FormValues;
  comment: string;
}

export interface DecisionForm extends Pick<Submission, 'pending' | 'error' | 'fieldError'> {
  decide: (form: HTMLFormElement, answer: Answer) => void;
}

/** Answers an approval. Who comes too late is told who decided, and what. */
export function useDecision(
  session: RoomSession,
  approval: Approval,
  fields: readonly FormField[],
): DecisionForm {
  const { client, notify, me } = useServices();
  const answer = useRef<Answer | null>(null);

  const { submit, ...submission } = useSubmit([...fields.map(pathOf), 'comment'], async (keyFor) => {
    if (answer.current === null) return;
    const { action, values, comment } = answer.current;
    const { data, problems } = toData(fields, values);
    if (problems.length > 0) throw invalidInput(problems);
    const decision = {
      action,
      data: approval.schema === null ? null : data,
      comment: comment.trim() === '' ? null : comment,
    };
    try {
      await client.decide(approval.id, decision, keyFor({ id: approval.id, ...decision }));
    } catch (error) {
      if (!(error instanceof ProblemError) || !isOver(error)) throw error;
      notify(await whatHappened());
    }
    // The socket tells too, unless it is away.
    session.checkApproval(approval.id);
  });

  /** Why a decision came too late. */
  async function whatHappened(): Promise<string> {
    const { title, action, decisions, ...now } = await client.approval(approval.id);
    const winner = decisions.findLast((made) => made.action === action);
    const own = decisions.find(({ userId }) => userId === me.id);
    if (winner !== undefined && winner.userId !== me.id)
      return `${winner.name} was quicker and chose “${labelOf(now, winner.action)}”: ${title}`;
    if (own !== undefined) return `You have already chosen “${labelOf(now, own.action)}”: ${title}`;
    return now.status === 'timed_out'
      ? `The time to decide was over: ${title}`
      : `This needs no decision any more: ${title}`;
  }

  return {
    ...submission,
    decide(form, given) {
      answer.current = given;
      submit(form);
    },
  };
}

const isOver = ({ code }: ProblemError): boolean =>
  code === 'already_decided' || code === 'already_voted' || code === 'approval_not_pending';
