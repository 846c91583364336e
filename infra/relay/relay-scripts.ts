/**
 * Keys of a channel: KEYS[1] meta hash `{run, epoch, offset, sequence}`, KEYS[2] stream whose entry ids are `<offset>-0`,
 * KEYS[3] sorted set of the newest idempotency keys by offset.
 *
 * An epoch lives within one run of one Redis server (`run_id`): a server that comes back after a crash may have lost its
 * newest writes (appendfsync everysec: up to a second, a promoted replica likewise), and would give their offsets
 * again to other events. So each script compares the run that the epoch was made in with the server's own and
 * begins a new epoch when they differ, or when the channel is new, expired or evicted. The server is asked inside
 * the script, because a client cannot know whether a restart lies between its question and its write.
 */
const currentEpoch = `
local runId = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local meta = redis.call('HMGET', KEYS[1], 'run', 'epoch', 'offset', 'sequence')
local epoch, offset, sequence = meta[2], tonumber(meta[3]), tonumber(meta[4])
if meta[1] ~= runId then
  epoch, offset, sequence = ARGV[1], 0, 0
  redis.call('DEL', KEYS[2], KEYS[3])
  redis.call('HSET', KEYS[1], 'run', runId, 'epoch', epoch, 'offset', 0, 'sequence', 0)
end
for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ARGV[2]) end
`;

/**
 * ARGV: 1 epoch to begin, 2 seconds a quiet channel is kept, 3 idempotency keys kept, 4 stream length,
 * 5 pub/sub channel, 6… pairs of a mark and an event as JSON. A mark is `#n` (sequence number: events up to the highest
 * one published are dropped) or an idempotency key (an event whose key is known is dropped).
 * Gives `{epoch, offset}` after the batch.
 */
export const publishScript = `${currentEpoch}
local first = offset + 1
local events = {}
for i = 6, #ARGV, 2 do
  local mark, event, fresh = ARGV[i], ARGV[i + 1], true
  if string.sub(mark, 1, 1) == '#' then
    local number = tonumber(string.sub(mark, 2))
    fresh = number > sequence
    if fresh then sequence = number end
  else
    fresh = redis.call('ZADD', KEYS[3], 'NX', offset + 1, mark) == 1
  end
  if fresh then
    offset = offset + 1
    events[#events + 1] = event
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], offset .. '-0', 'e', event)
  end
end
if #events == 0 then return {epoch, offset} end
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -tonumber(ARGV[3]) - 1)
redis.call('HSET', KEYS[1], 'offset', offset, 'sequence', sequence)
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[2])
redis.call('PUBLISH', ARGV[5], epoch .. '\\n' .. first .. '\\n' .. table.concat(events, '\\n'))
return {epoch, offset}
`;

/**
 * ARGV: 1 epoch to begin, 2 seconds a quiet channel is kept, 3 epoch of the reader, 4 offset of the reader.
 * Gives `{epoch, offset, 1, event…}` with everything after the reader's offset, or `{epoch, offset, 0}` when that
 * cannot be told.
 */
export const recoverScript = `${currentEpoch}
local since = tonumber(ARGV[4])
local count = offset - since
if ARGV[3] ~= epoch or count < 0 then return {epoch, offset, 0} end
if count == 0 then return {epoch, offset, 1} end
local reply = {epoch, offset, 1}
local entries = redis.call('XRANGE', KEYS[2], '(' .. since .. '-0', '+', 'COUNT', count)
if #entries ~= count then return {epoch, offset, 0} end
for i = 1, count do reply[i + 3] = entries[i][2][2] end
return reply
`;

/**
 * ARGV: 1 epoch to begin, 2 seconds a quiet channel is kept, 3 most events.
 * Gives `{epoch, offset, event…}`: the newest events, newest first.
 */
export const tailScript = `${currentEpoch}
local reply = {epoch, offset}
if ARGV[3] == '0' then return reply end
local entries = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', ARGV[3])
for i = 1, #entries do reply[i + 2] = entries[i][2][2] end
return reply
`;
