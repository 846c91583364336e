import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { loadSettings } from '../../../infra/config/load-settings';
import { readEnvironment } from '../../../infra/config/read-environment';
import { StackError } from '../../../infra/stack/embedded-server';
import { readStackFile } from '../../../infra/stack/stack-file';
import { dataDirOf } from '../data-dir-of';
import { signIn } from './account';
import { createApiClient } from './api-client';
import { castOf } from './cast';
import type { LogLine } from './log-line';
import { parseIrc } from './parse-irc';
import { parseJsonLines } from './parse-json-lines';
import { perform } from './player';
import { createProgressBar } from './progress-bar';
import { reportOf, succeeded } from './report';
import { sampleLines } from './sample';
import { dueTimes, type Speed } from './schedule';
import { prepareStage } from './stage';

interface Options {
  room?: string;
  speed: Speed;
  askEvery: number;
  api?: string;
  email: string;
  password: string;
}

/** `coagent replay`: plays a chat log into a room and tells what became of it. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('play a chat log into a room as its people, and measure it')
    .argument('[file]', 'IRC text or JSON Lines {author, text, at?, type?}; default: a short conversation')
    .option('--room <name>', 'room of the person who signs in; made when there is none of this name')
    .option('--speed <n>', 'so many times as fast as it happened, or "max"', speedOf, 'max')
    .option('--ask-every <n>', 'mention an agent in every so many-th line, too', countOf, 0)
    .option('--api <url>', 'base URL of the API; default: the running stack of DATA_DIR')
    .option(
      '--email <email>',
      'who owns the room; the default is the teacher of the demo',
      'maria@example.org',
    )
    .option('--password <password>', 'of that person', 'coagent-demo')
    .action(replay);
}

async function replay(file: string | undefined, options: Options): Promise<void> {
  const lines = file === undefined ? sampleLines() : readLog(file);
  if (lines.length === 0) throw new StackError(`${file ?? ''} has no lines.`, 'Name a chat log.');
  const api = createApiClient(await findApi(options.api));
  const owner = await signIn(api, options.email, options.password);
  const title = file === undefined ? 'the sample conversation' : basename(file);
  const room =
    options.room ?? `Replay of ${title}, ${new Date().toISOString().slice(0, 19).replace('T', ' ')}`;
  const stage = await prepareStage(owner, room);
  const play = castOf(lines);
  const agents = stage.agents.map(({ name }) => name).join(', ') || 'none';
  console.log(`Playing ${title} into the room “${room}” (agents: ${agents}).`);
  const bar = createProgressBar(process.stdout);
  const outcome = await perform({
    api,
    owner,
    stage,
    play,
    due: dueTimes(lines, options.speed),
    askEvery: options.askEvery,
    onProgress: (progress) => bar.show(progress),
  });
  bar.end();
  console.log(`\n${reportOf(lines, play.roles.length, outcome)}\n`);
  if (succeeded(outcome)) return;
  console.error('Not everything arrived as it was sent.\n');
  process.exitCode = 1;
}

function readLog(file: string): LogLine[] {
  const text = readFileSync(file, 'utf8');
  return text.trimStart().startsWith('{') ? parseJsonLines(text) : parseIrc(text);
}

async function findApi(given: string | undefined): Promise<string> {
  const url = (given ?? readStackFile(dataDirOf(loadSettings(readEnvironment())))?.api)?.replace(/\/$/, '');
  const hint = 'Run `npm start` in another terminal, or name a running API with --api.';
  if (url === undefined) throw new StackError('CoAgent is not running here.', hint);
  try {
    await fetch(`${url}/health/live`);
  } catch (error) {
    throw new StackError(`Nothing answers at ${url}: ${String(error)}`, hint);
  }
  return url;
}

function speedOf(value: string): Speed {
  if (value === 'max') return value;
  const speed = Number(value);
  if (!(speed > 0) || !Number.isFinite(speed))
    throw new InvalidArgumentError('Give a number above 0, or "max".');
  return speed;
}

function countOf(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('Give a whole number.');
  return Number(value);
}
