import { useEffect, useRef } from 'react';

/** Escape stops what is running, unless something nearer takes the key: a dialog, a list of suggestions, a reply. */
export function useStopKey(stop: (() => void) | null): void {
  const current = useRef(stop);
  useEffect(() => {
    current.current = stop;
  }, [stop]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      if (document.querySelector('dialog[open]') === null) current.current?.();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
