import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import OpenAI from 'openai';
import { projectRoot } from '../../support/processes';
import { say } from './model-server-fixture';

const program = join(projectRoot, 'dist/apps/model-server/main.js');
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, ...env },
  });
  running.add(child);
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  // `close` and not `exit`, after which some of its output may still come.
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const firstLine = once(createInterface(child.stdout), 'line').then(
    ([line]) => JSON.parse(line as string) as { listening: string },
  );
  return { child, exit, firstLine, errors: () => errors };
}

describe('the process', () => {
  test('says where it listens, answers, finishes what is under way on SIGTERM and exits with 0', async () => {
    const { child, exit, firstLine } = start(['--port', '0', '--token-delay-ms', '20', '--latency-ms', '5']);
    const { listening } = await firstLine;
    expect(listening).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const client = new OpenAI({ apiKey: 'any', baseURL: `${listening}/v1`, maxRetries: 0 });
    const stream = await client.chat.completions.create({
      model: 'm',
      messages: say('[[tokens: 10]]'),
      stream: true,
    });
    child.kill('SIGTERM');
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toMatch(/w10$/);
    expect(await exit).toBe(0);
  });

  test('a port that is taken, or is none, ends it with a reason', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const taken = start([], { PORT: String(port) });
    expect(await taken.exit).toBe(1);
    expect(taken.errors()).toContain(`EADDRINUSE: address already in use 127.0.0.1:${port}`);
    blocker.close();

    const wrong = start(['--port', 'eighty']);
    expect(await wrong.exit).toBe(1);
    expect(wrong.errors()).toContain('whole number from 0 to 65535');
  });
});
