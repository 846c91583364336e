import type { ReactNode } from 'react';
import type { Approvals } from '../room/approvals';
import type { People } from '../room/people';
import { streamText, type Stream, type Streams } from '../room/streams';
import type { Turns } from '../room/turns';
import { RichText } from '../text/rich-text';
import { Avatar } from '../ui/avatar';
import { AuthorName } from './author-name';
import { Dots } from './dots';

interface StreamingProps {
  streams: Streams;
  turns: Turns;
  approvals: Approvals;
  people: People;
}

/** Answers that are being written, and the pause before the first one. */
export function StreamingMessages({ streams, turns, approvals, people }: StreamingProps): ReactNode {
  const names = people.members?.map(({ name }) => name) ?? [];
  const asking = new Set(approvals.open.map(({ view }) => view?.runId));
  const busy = turns.running.filter(({ turnId }) => !asking.has(turnId));
  const waiting = busy.length > 0 && streams.open.length === 0;
  return (
    <div aria-label="Being written" role="group" aria-busy={streams.open.length > 0 || waiting}>
      {streams.open.map((stream) => (
        <Streaming key={stream.messageId} stream={stream} names={names} />
      ))}
      {waiting && (
        <p className="thinking">
          <Dots /> {busy.some(({ isRun }) => isRun) ? 'The workflow is running…' : 'Choosing who answers…'}
        </p>
      )}
    </div>
  );
}

function Streaming({ stream, names }: { stream: Stream; names: readonly string[] }): ReactNode {
  const text = streamText(stream);
  const author = stream.author ?? { kind: 'agent' as const, id: null, name: 'An agent' };
  return (
    <article className="message message-streaming" aria-label={`${author.name} is writing`}>
      <Avatar id={author.id ?? author.name} name={author.name} kind={author.kind} />
      <div className="message-body">
        <header className="message-head">
          <AuthorName author={author} />
          <span className="muted writing">
            {author.name} is writing… <Dots />
          </span>
        </header>
        {text !== '' && (
          <div className="message-text">
            <RichText text={text} names={names} markdown />
          </div>
        )}
      </div>
    </article>
  );
}
