import { createFanOut, type SharedFrame } from '../../../apps/api/sockets/fan-out';
import type { Position } from '../../../infra/relay/relay';

const frame = (offset: number | null): SharedFrame => ({ offset, frame: `f${String(offset)}` });
/** Ends after what was due before it, however late that comes. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** The texts in bytes that hold only short frames. */
function textsIn(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readUInt8(at + 1);
    texts.push(bytes.toString('utf8', at + 2, at + 2 + size));
    at += 2 + size;
  }
  return texts;
}

afterEach(() => jest.useRealTimers());

function setUp() {
  const position: Position = { epoch: 'e', offset: 0 };
  const fanOut = createFanOut(() => undefined);
  const sit = () => {
    const writes: string[][] = [];
    const seat = fanOut.seat(
      (bytes) => writes.push(textsIn(bytes)),
      () => position,
    );
    return { seat, writes };
  };
  return { fanOut, position, sit };
}

test('frames of one moment go out in one write, encoded once for all', async () => {
  const { fanOut } = setUp();
  const buffers: Buffer[] = [];
  for (let count = 0; count < 3; count += 1)
    fanOut
      .seat(
        (bytes) => buffers.push(bytes),
        () => ({ epoch: 'e', offset: 0 }),
      )
      .release({ epoch: 'e', offset: 0 }, []);
  [1, 2, 3].forEach((offset) => fanOut.push(frame(offset)));
  await turn();
  expect(buffers.length).toBe(3);
  expect(new Set(buffers).size).toBe(1);
  expect(textsIn(Buffer.concat(buffers.slice(0, 1)))).toEqual(['f1', 'f2', 'f3']);
});

test('a held seat gathers, and gets only what its head did not cover', async () => {
  const { fanOut, sit } = setUp();
  const { seat, writes } = sit();
  [1, 2].forEach((offset) => fanOut.push(frame(offset)));
  await turn();
  fanOut.push(frame(3)); // Not sent to anybody yet when the seat is released.
  expect(writes).toEqual([]);
  expect(seat.release({ epoch: 'e', offset: 1 }, ['hello'])).toBe(true);
  expect(writes).toEqual([['hello', 'f2']]);
  await turn();
  expect(writes).toEqual([['hello', 'f2'], ['f3']]);
});

test('a seat that was read for further than the process has heard gets nothing twice', async () => {
  const { fanOut, sit } = setUp();
  const { seat, writes } = sit();
  seat.release({ epoch: 'e', offset: 3 }, ['hello']);
  [1, 2, null, 3, 4].forEach((offset) => fanOut.push(frame(offset)));
  await turn();
  expect(writes).toEqual([['hello'], ['fnull', 'f4']]);
});

test('a seat is not released into another epoch, nor after a reset that came while it was read for', async () => {
  const { fanOut, position, sit } = setUp();
  const { seat, writes } = sit();
  expect(seat.release({ epoch: 'old', offset: 9 }, ['hello'])).toBe(false);
  fanOut.push(frame(1));
  fanOut.holdAll();
  expect(seat.release(position, ['hello'])).toBe(false);
  fanOut.push(frame(2));
  await turn();
  expect(seat.release(position, ['hello'])).toBe(true);
  expect(writes).toEqual([['hello', 'f2']]);
});

test('a reset sends what is pending first, then holds those who were live', async () => {
  const { fanOut, position, sit } = setUp();
  const { seat, writes } = sit();
  seat.release(position, []);
  fanOut.push(frame(1));
  fanOut.holdAll();
  fanOut.push(frame(1));
  await turn();
  expect(writes).toEqual([['f1']]);
  expect(seat.held).toBe(true);
  expect(seat.release(position, ['hello'])).toBe(true);
  expect(writes).toEqual([['f1'], ['hello', 'f1']]);
});

test('a seat that gathers too much has to be read for again', async () => {
  const { fanOut, position, sit } = setUp();
  const { seat, writes } = sit();
  for (let offset = 1; offset <= 5001; offset += 1) fanOut.push(frame(offset));
  await turn();
  expect(seat.release(position, ['hello'])).toBe(false);
  expect(seat.release({ epoch: 'e', offset: 5001 }, ['hello'])).toBe(true);
  expect(writes).toEqual([['hello']]);
});

test('a full room is written to in rounds, so that frames gather between them', async () => {
  jest.useFakeTimers();
  const { fanOut, position, sit } = setUp();
  const seats = Array.from({ length: 1000 }, sit);
  seats.forEach(({ seat }) => seat.release(position, []));
  for (let offset = 1; offset <= 30; offset += 1) {
    fanOut.push(frame(offset));
    await jest.advanceTimersByTimeAsync(3);
  }
  await jest.advanceTimersByTimeAsync(100);
  const writes = seats[500]?.writes ?? [];
  expect(writes.flat()).toEqual(Array.from({ length: 30 }, (_, index) => `f${String(index + 1)}`));
  expect(writes.length).toBeLessThan(15);
});
