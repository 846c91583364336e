import { Command, InvalidArgumentError, Option } from 'commander';
import { createModelServer } from './server';

const wholeNumber =
  (most: number) =>
  (value: string): number => {
    const number = Number(value);
    if (value !== '' && Number.isInteger(number) && number >= 0 && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${most}.`);
  };

interface Flags {
  port: number;
  host: string;
  latencyMs: number;
  tokenDelayMs: number;
}

async function main(): Promise<void> {
  const flags = new Command('model-server')
    .description('The offline demo model behind the OpenAI HTTP API.')
    .addOption(
      new Option('--port <number>', '0 takes any free port')
        .env('PORT')
        .default(0)
        .argParser(wholeNumber(65_535)),
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--latency-ms <number>', 'wait before the first byte of a completion', wholeNumber(600_000), 0)
    .option('--token-delay-ms <number>', 'wait before each token of a stream', wholeNumber(600_000), 0)
    .parse()
    .opts<Flags>();

  const report = (error: unknown): void => console.error(error);
  const server = createModelServer({ ...flags, onError: report });
  const listening = await server.listen(flags.port, flags.host);
  console.log(JSON.stringify({ listening: listening.url }));

  const stop = (): void => void listening.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
