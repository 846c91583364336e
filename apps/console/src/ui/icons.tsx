import type { ReactNode } from 'react';

const paths = {
  add: 'M12 5v14M5 12h14',
  agent:
    'M12 4v3M7 7h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM9.5 12v1.5M14.5 12v1.5M2.5 12v3M21.5 12v3',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'M12 5v14M6 13l6 6 6-6',
  edit: 'M4 20h4L19 9l-4-4L4 16v4Z',
  link: 'M14 5h5v5M19 5l-9 9M18 14v5H5V6h5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5a6.5 6.5 0 0 1 3.5 5.5',
  reply: 'M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1',
  retry: 'M20 11a8 8 0 1 0-2.3 6.3M20 4v7h-7',
  send: 'M4 12 20 4l-5 16-4-7-7-1Z',
  settings: 'M4 8h9M17 8h3M4 16h3M11 16h9M15 6v4M9 14v4',
  signOut: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  stop: 'M7 7h10v10H7z',
  theme: 'M12 4a8 8 0 1 0 0 16V4Z',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
} as const;

export type IconName = keyof typeof paths;

/** Decoration: what it stands for is said in words beside it, or by the name of its button. */
export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
