import { defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import { createClaimCheck } from '../../../infra/temporal/claim-check';
import { startActivityWorker, type ActivityWorker } from './activity-worker';
import { openRunFixture, type RunFixture } from './run-fixture';

let fixture: RunFixture;
let codec: PayloadCodec;

beforeAll(() => {
  fixture = openRunFixture();
  codec = createClaimCheck(fixture.database);
});
afterAll(() => fixture.close());

const large = (letter: string): string => letter.repeat(100_000);
const toPayload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const fromPayload = (payload: Payload | undefined): unknown =>
  payload && defaultPayloadConverter.fromPayload(payload);
const readable = (payload: Payload | undefined): unknown =>
  JSON.parse(Buffer.from(payload?.data ?? []).toString());

test('a large value of a run goes to Postgres and comes back, also in another process', async () => {
  const { runId } = await fixture.newRun();
  const value = { claim: runId, value: { text: large('a'), more: ['é', null] } };
  const [encoded] = await codec.encode([toPayload(value)]);
  expect(encoded?.data?.byteLength).toBeLessThan(200);
  expect(readable(encoded)).toEqual({
    claim: runId,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    bytes: expect.any(Number),
  });
  for (const each of [codec, createClaimCheck(fixture.database)]) {
    const [decoded] = await each.decode(encoded ? [encoded] : []);
    expect(fromPayload(decoded)).toEqual(value);
  }
});

test('the same value is stored once, in whichever order processes come', async () => {
  const { runId } = await fixture.newRun();
  const payload = toPayload({ claim: runId, value: large('b') });
  await Promise.all(
    [codec, createClaimCheck(fixture.database)].flatMap((each) => [
      each.encode([payload, payload]),
      each.encode([payload]),
    ]),
  );
  expect(await fixture.database.runPayload.count({ where: { runId } })).toBe(1);
});

test('small values, values of no run and values that are no JSON pass untouched', async () => {
  const { runId } = await fixture.newRun();
  const payloads = [
    toPayload({ claim: runId, value: 1 }),
    toPayload({ value: large('c'), claim: runId }),
    toPayload({ claim: 'nobody', value: large('c') }),
    toPayload(large('c')),
    toPayload(new Uint8Array(10_000)),
    toPayload(undefined),
  ];
  const encoded = await codec.encode(payloads);
  expect(encoded.every((payload, index) => payload === payloads[index])).toBe(true);
  expect(await codec.decode(encoded)).toEqual(payloads);
});

test('a value of a run that was deleted stays where it is', async () => {
  const { runId } = await fixture.newRun();
  await fixture.database.run.delete({ where: { id: runId } });
  const payload = toPayload({ claim: runId, value: large('d') });
  expect(await codec.encode([payload])).toEqual([payload]);
});

test('a value that is gone is said to be', async () => {
  const { runId } = await fixture.newRun();
  const encoded = await codec.encode([toPayload({ claim: runId, value: large('e') })]);
  await fixture.database.runPayload.deleteMany({ where: { runId } });
  await expect(createClaimCheck(fixture.database).decode(encoded)).rejects.toThrow(
    `of the run ${runId} is gone`,
  );
});

test('what no longer fits in memory is read again', async () => {
  const { runId } = await fixture.newRun();
  const small = createClaimCheck(fixture.database, 150_000);
  const values = ['f', 'g', 'h'].map((letter) => ({ claim: runId, value: large(letter) }));
  const encoded = await small.encode(values.map(toPayload));
  expect((await small.decode(encoded)).map(fromPayload)).toEqual(values);
});

test('many values at once, of several runs, all find their way', async () => {
  const runs = await Promise.all([fixture.newRun(), fixture.newRun()]);
  const values = Array.from({ length: 50 }, (_, index) => ({
    claim: runs[index % 2]?.runId,
    value: `${String(index)}${'x'.repeat(5000)}`,
  }));
  const encoded = await Promise.all(values.map((value) => codec.encode([toPayload(value)])));
  for (const { runId } of runs)
    expect(await fixture.database.runPayload.count({ where: { runId } })).toBe(25);
  const decoded = await createClaimCheck(fixture.database).decode(encoded.flat());
  expect(decoded.map(fromPayload)).toEqual(values);
});

test('history holds only the reference', async () => {
  const { runId } = await fixture.newRun();
  const worker: ActivityWorker = await startActivityWorker(
    { echo: (value: unknown): Promise<unknown> => Promise.resolve(value) },
    [codec],
  );
  const value = { claim: runId, value: large('z') };
  const handle = await worker.start('echo', value);
  expect(await handle.result()).toEqual(value);
  const { events } = await handle.fetchHistory();
  await worker.stop();
  const scheduled = events?.find((event) => event.activityTaskScheduledEventAttributes);
  const completed = events?.find((event) => event.activityTaskCompletedEventAttributes);
  const payloads = [
    scheduled?.activityTaskScheduledEventAttributes?.input?.payloads?.[0],
    completed?.activityTaskCompletedEventAttributes?.result?.payloads?.[0],
  ];
  for (const payload of payloads)
    expect(readable(payload ?? undefined)).toEqual({
      claim: runId,
      hash: expect.any(String),
      bytes: expect.any(Number),
    });
});
