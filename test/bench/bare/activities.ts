import { Context } from '@temporalio/activity';
import type { Redis } from 'ioredis';
import type OpenAI from 'openai';
import type { Pool } from 'pg';

export interface StoredMessage {
  roomId: string;
  seq: number;
  id: string;
  author: 'person' | 'agent';
  text: string;
}

/** What is published on `bare:{roomId}`. */
export type BareEvent = { type: 'created'; message: StoredMessage } | { type: 'token'; text: string };

export interface BareActivities {
  append(message: StoredMessage): Promise<void>;
  answer(roomId: string, text: string): Promise<string>;
}

export const bareChannel = (roomId: string): string => `bare:${roomId}`;

const heartbeatMs = 1000;

export function createBareActivities(pool: Pool, redis: Redis, openai: OpenAI): BareActivities {
  const publish = (roomId: string, event: BareEvent): Promise<number> =>
    redis.publish(bareChannel(roomId), JSON.stringify(event));

  return {
    async append(message) {
      const { id, roomId, seq, author, text } = message;
      await pool.query(
        'INSERT INTO bare.messages (id, room_id, seq, author, text) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING',
        [id, roomId, seq, author, text],
      );
      await publish(roomId, { type: 'created', message });
    },

    async answer(roomId, text) {
      const context = Context.current();
      const timer = setInterval(() => context.heartbeat(), heartbeatMs);
      try {
        const stream = await openai.chat.completions.create(
          {
            model: 'offline-demo',
            stream: true,
            messages: [
              { role: 'system', content: 'You are a patient teacher.' },
              { role: 'user', content: text },
            ],
          },
          { signal: context.cancellationSignal },
        );
        let answer = '';
        for await (const chunk of stream) {
          const piece = chunk.choices[0]?.delta.content ?? '';
          // Only the first: less than a product can do, so that the comparison is a hard one.
          if (answer === '' && piece !== '') await publish(roomId, { type: 'token', text: piece });
          answer += piece;
        }
        return answer;
      } finally {
        clearInterval(timer);
      }
    },
  };
}
