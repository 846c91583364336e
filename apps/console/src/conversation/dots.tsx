import type { ReactNode } from 'react';

/** Three dots that move where motion is welcome. */
export function Dots(): ReactNode {
  return (
    <span className="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
