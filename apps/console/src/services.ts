import { createContext, useContext } from 'react';
import type { Client } from './api/client';
import type { ConsoleConfig, User } from './api/shapes';
import type { RoomSession } from './room/room-session';
import type { Unsent } from './storage/unsent';

/** What the parts of the page work with, for the person who is signed in. */
export interface Services {
  client: Client;
  config: ConsoleConfig;
  me: User;
  /** Shows a short notice. */
  notify: (text: string) => void;
  /** What this person has typed in a room. */
  unsentOf: (roomId: string) => Unsent;
  /** Joins a room; to be closed. */
  openRoom: (roomId: string) => RoomSession;
}

const ServicesContext = createContext<Services | null>(null);

export const ServicesProvider = ServicesContext.Provider;

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error('No services: nobody is signed in here.');
  return services;
}
