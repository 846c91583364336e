import { isTimeZone, zoneOffsets } from '../../../infra/time/zone-offsets';

const day = 86_400_000;

test('changes of the offset are found to the minute', () => {
  const from = Date.UTC(2026, 8, 1);
  expect(zoneOffsets('Europe/Berlin', from)).toEqual([
    { at: from - day, minutes: 120 },
    { at: Date.UTC(2026, 9, 25, 1), minutes: 60 },
    { at: Date.UTC(2027, 2, 28, 1), minutes: 120 },
    { at: Date.UTC(2027, 9, 31, 1), minutes: 60 },
    { at: Date.UTC(2028, 2, 26, 1), minutes: 120 },
  ]);
});

test('a change of the day before is known', () => {
  const change = Date.UTC(2026, 9, 25, 1);
  expect(zoneOffsets('Europe/Berlin', change + 1).slice(0, 2)).toEqual([
    { at: change + 1 - day, minutes: 120 },
    { at: change, minutes: 60 },
  ]);
});

test.each([
  ['UTC', 0],
  ['Asia/Kathmandu', 345],
  ['America/Phoenix', -420],
])('%s never changes: %i minutes', (timeZone, minutes) => {
  const from = Date.UTC(2026, 0, 1);
  expect(zoneOffsets(timeZone, from)).toEqual([{ at: from - day, minutes }]);
});

test('half an hour of summer time, on the southern half', () => {
  const minutes = zoneOffsets('Australia/Lord_Howe', Date.UTC(2026, 0, 1)).map((each) => each.minutes);
  expect(minutes.slice(0, 3)).toEqual([660, 630, 660]);
});

test.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Europe/Atlantis', false],
  ['+02:00', false],
  ['', false],
])('%j is a time zone: %s', (name, is) => {
  expect(isTimeZone(name)).toBe(is);
});
