import { StackError, type EmbeddedServer, type Progress, type RunningServer } from './embedded-server';
import type { Report } from './report';
import { supervise, type Supervised, type SupervisionEvents } from './supervise';

/** Processes that are brought up one by one and end together. */
export interface ServerGroup {
  /**
   * Starts a server and keeps it running.
   * @throws StackError also when the group was stopped meanwhile.
   */
  bringUp<Running extends RunningServer>(title: string, server: EmbeddedServer<Running>): Promise<Running>;
  /** Process ids by name. */
  pids(): Record<string, number>;
  /** Ends all, first those that lean on others. What is still coming up is ended as soon as it is up. */
  stop(): Promise<void>;
}

const stopOrder = [['api', 'worker'], ['model-server'], ['temporal'], ['redis'], ['postgres']];

/** @param onRestart told when a process has been replaced by another. */
export function createServerGroup(report: Report, onRestart: () => void = () => undefined): ServerGroup {
  const servers: Supervised[] = [];
  let isStopping = false;
  const events: SupervisionEvents = {
    onEnded: (name, why) => report.note(`${name} has ended (${why}); starting it again`),
    onRestarted: (name) => {
      onRestart();
      report.note(`${name} is up again`);
    },
    onRestartFailed: (name, error, inMs) =>
      report.note(`${name} did not start: ${String(error)} Next try in ${inMs / 1000} s.`),
  };

  return {
    bringUp<Running extends RunningServer>(title: string, server: EmbeddedServer<Running>): Promise<Running> {
      const work = async (progress: Progress): Promise<Running> => {
        const supervised = await supervise(server, progress, events);
        servers.push(supervised);
        if (!isStopping) return supervised.current();
        await supervised.stop();
        throw new StackError(`${title} was stopped while it was coming up.`, 'Start again.');
      };
      return report.step(title, work, ({ url }) => withoutPassword(url));
    },
    pids: () => Object.fromEntries(servers.map((server) => [server.name, server.current().pid])),
    async stop() {
      isStopping = true;
      for (const names of stopOrder) {
        const some = servers.filter(({ name }) => names.includes(name));
        await Promise.all(some.map((server) => server.stop()));
      }
    },
  };
}

function withoutPassword(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  if (url.password !== '') url.password = '…';
  return decodeURI(url.href).replace(/\/$/, '');
}
