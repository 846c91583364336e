import type { ReactNode } from 'react';
import type { People } from '../room/people';
import { useServices } from '../services';
import { listNames } from '../text/names';
import { Dots } from './dots';

/** Who is typing. Takes its space always, so that nothing moves. */
export function TypingLine({ people }: { people: People }): ReactNode {
  const { me } = useServices();
  const names = people.typing.filter(({ userId }) => userId !== me.id).map(({ name }) => name);
  return (
    <p className="typing-line">
      {names.length > 0 && (
        <>
          <Dots /> {listNames(names)} {names.length === 1 ? 'is' : 'are'} typing…
        </>
      )}
    </p>
  );
}
