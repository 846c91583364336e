import type { ReactNode } from 'react';
import { initialsOf } from '../text/names';
import { useHue } from './hues';

interface AvatarProps {
  /** Decides the colour. */
  id: string;
  name: string;
  /** Agents have angular ones. */
  kind: 'user' | 'agent' | 'system';
  small?: boolean;
}

/** Initials in somebody's colour. Decoration: the name is written beside it. */
export function Avatar({ id, name, kind, small = false }: AvatarProps): ReactNode {
  const hue = useHue(id);
  const classes = ['avatar', hue, kind === 'agent' ? 'avatar-agent' : '', small ? 'avatar-small' : ''];
  return (
    <span className={classes.join(' ')} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
