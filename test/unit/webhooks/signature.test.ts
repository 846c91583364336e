import { isSigned, sign } from '../../../infra/webhooks/signature';

// The example of the specification's own test suites.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const timestamp = 1_614_265_330;
const body = '{"test": 2432232314}';
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

test('it is that of the Standard Webhooks specification', () => {
  expect(sign([secret], id, timestamp, body)).toBe(signature);
  expect(isSigned([secret], { id, timestamp, signature }, body)).toBe(true);
});

test('with several secrets there are several, and any one is enough', () => {
  const both = sign([other, secret], id, timestamp, body);
  expect(both.split(' ')).toEqual([sign([other], id, timestamp, body), signature]);
  expect(isSigned([secret], { id, timestamp, signature: both }, body)).toBe(true);
  expect(isSigned([other, secret], { id, timestamp, signature }, body)).toBe(true);
});

test.each([
  ['the id', { id: 'msg_other' }, body],
  ['the time', { timestamp: timestamp + 1 }, body],
  ['the version', { signature: signature.replace('v1', 'v2') }, body],
  ['one character of the signature', { signature: signature.replace('g0h', 'g0H') }, body],
  ['the body', {}, `${body} `],
])('it covers %s', (_, change, sent) => {
  expect(isSigned([secret], { id, timestamp, signature, ...change }, sent)).toBe(false);
});

test('without a secret nothing is signed', () => {
  expect(isSigned([], { id, timestamp, signature }, body)).toBe(false);
  expect(isSigned([], { id, timestamp, signature: '' }, body)).toBe(false);
});
