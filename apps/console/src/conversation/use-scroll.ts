import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

interface ScrollOptions {
  /** `seq` of the first message shown: older ones were added when it falls. */
  first: number;
  loaded: boolean;
  unreadFrom: number | null;
  /** The beginning of what is loaded is near. */
  onTop: () => void;
}

export interface Scroll {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  /** The newest message is in view; it stays so while more arrive. */
  atEnd: boolean;
  toEnd: () => void;
  /** To the line above what is new, if it is loaded. */
  toUnread: () => void;
}

/** So near counts as being there, in pixels. */
const endPx = 48;
const topPx = 600;

const distanceToEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number =>
  scrollHeight - scrollTop - clientHeight;

/** Keeps the end in view while one is there, and what one reads in place when older messages are put above it. */
export function useScroll({ first, loaded, unreadFrom, onTop }: ScrollOptions): Scroll {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  // Not before the first look: what was not in view has not been read.
  const [atEnd, setAtEnd] = useState(false);
  /** The same for handlers that are called between two renderings. */
  const staying = useRef(true);
  const anchor = useRef<{ element: Element; top: number } | null>(null);
  const arrived = useRef(false);

  const stay = useCallback((end: boolean) => {
    staying.current = end;
    setAtEnd(end);
  }, []);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = element.scrollHeight;
    stay(true);
  }, [stay]);

  const toUnread = useCallback(() => {
    scroller.current?.querySelector('[data-unread-line]')?.scrollIntoView({ block: 'center' });
  }, []);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element === null || !arrived.current) return;
    stay(distanceToEnd(element) < endPx);
    rememberAnchor(element, anchor);
    if (element.scrollTop < topPx) onTop();
  }, [onTop, stay]);

  // The first look: at what is new, or else at the end.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!loaded || arrived.current || element === null) return;
    arrived.current = true;
    element.scrollTop = element.scrollHeight;
    if (unreadFrom !== null) toUnread();
    stay(distanceToEnd(element) < endPx);
  }, [loaded, stay, toUnread, unreadFrom]);

  // Older messages came in above: what was in view stays where it was.
  useLayoutEffect(() => {
    const element = scroller.current;
    const kept = anchor.current;
    if (element === null || kept === null || staying.current || !kept.element.isConnected) return;
    element.scrollTop += kept.element.getBoundingClientRect().top - kept.top;
  }, [first]);

  // Whatever grows below, or the field that shrinks the page, does not push the end out of view.
  useEffect(() => {
    const element = scroller.current;
    if (element === null || content.current === null) return undefined;
    const follow = new ResizeObserver(() => {
      if (staying.current) element.scrollTop = element.scrollHeight;
      // A short page does not scroll, and so never tells that its beginning is near.
      if (arrived.current && element.scrollHeight <= element.clientHeight) onTop();
    });
    follow.observe(content.current);
    follow.observe(element);
    return () => follow.disconnect();
  }, [onTop]);

  return { scroller, content, onScroll, atEnd, toEnd, toUnread };
}

/** The first message in view, and where it is. */
function rememberAnchor(
  scroller: HTMLElement,
  anchor: RefObject<{ element: Element; top: number } | null>,
): void {
  const { left, top, width } = scroller.getBoundingClientRect();
  const hit = document
    .elementsFromPoint(left + width / 2, top + 1)
    .find((element) => element.matches('.message'));
  const element =
    hit ?? [...scroller.querySelectorAll('.message')].find((each) => each.getBoundingClientRect().top >= top);
  anchor.current = element === undefined ? null : { element, top: element.getBoundingClientRect().top };
}
