/** Who makes a request, and until when that holds. */
export interface Identity {
  userId: string;
  name: string;
  email: string;
  superAdmin: boolean;
  sessionId: string;
  /** When the access token behind it expires: a WebSocket is closed then (4401). */
  expiresAt: Date;
  /** How it was shown. A cookie travels by itself, so it needs an allowed Origin; a ticket only opens WebSockets. */
  via: 'bearer' | 'cookie' | 'ticket';
}
