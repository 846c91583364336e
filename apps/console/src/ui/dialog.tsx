import { useId, useLayoutEffect, useRef, type MouseEvent, type ReactNode } from 'react';
import { IconButton } from './icon-button';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** `drawer-start` and `drawer-end` stand at an edge of the page and fill its height. */
  shape?: 'window' | 'drawer-start' | 'drawer-end';
}

/** A modal dialog: the browser keeps the focus inside, closes it with Escape and gives the focus back. */
export function Dialog({ title, onClose, children, shape = 'window' }: DialogProps): ReactNode {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();

  // Before the element is removed, or the focus would be lost.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // The browser takes the first button, which is the one that closes it.
    dialog?.querySelector<HTMLElement>(`form :is(input, select, textarea), [data-first]`)?.focus();
    return () => dialog?.close();
  }, []);

  const closeOnBackdrop = (event: MouseEvent): void => {
    if (event.target === ref.current) onClose();
  };

  return (
    <dialog
      ref={ref}
      className={`dialog dialog-${shape}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={closeOnBackdrop}
    >
      <div className="dialog-body">
        <div className="dialog-head">
          <h2 id={heading}>{title}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </div>
        {children}
      </div>
    </dialog>
  );
}
