/**
 * KEYS: 1 sorted set `connection:user` by the time it expires at (ms, clock of the server), 2 hash of connections per
 * user, 3 hash of names (JSON strings) of users who are there.
 * ARGV: 1 `enter` or `leave`, 2 life of an entry in ms, 3 pub/sub channel, then connection, user and name of each.
 *
 * Events are published inside the script, so that they go out in the order in which things happened.
 */
export const presenceScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function tell(user, name, online)
  redis.call('PUBLISH', ARGV[3],
    '!{"type":"presence","userId":"' .. user .. '","name":' .. name .. ',"online":' .. online .. '}')
end

local function gone(user)
  if redis.call('HINCRBY', KEYS[2], user, -1) > 0 then return end
  local name = redis.call('HGET', KEYS[3], user)
  redis.call('HDEL', KEYS[2], user)
  redis.call('HDEL', KEYS[3], user)
  if name then tell(user, name, 'false') end
end

for i = 4, #ARGV, 3 do
  local member, user, name = ARGV[i] .. ':' .. ARGV[i + 1], ARGV[i + 1], ARGV[i + 2]
  if ARGV[1] == 'leave' then
    if redis.call('ZREM', KEYS[1], member) == 1 then gone(user) end
  else
    redis.call('HSET', KEYS[3], user, name)
    local new = redis.call('ZADD', KEYS[1], now + ARGV[2], member) == 1
    if new and redis.call('HINCRBY', KEYS[2], user, 1) == 1 then tell(user, name, 'true') end
  end
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do
  redis.call('ZREM', KEYS[1], member)
  gone(string.match(member, ':(.*)$'))
end

for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], 10 * ARGV[2]) end
return false
`;
