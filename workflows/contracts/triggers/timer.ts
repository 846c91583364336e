/** What happens when a timer is due while a run that it started goes on. */
export const overlaps = [
  'skip',
  'buffer_one',
  'buffer_all',
  'cancel_other',
  'terminate_other',
  'allow_all',
] as const;
export type Overlap = (typeof overlaps)[number];

/** When a policy of `timer` fires: by `intervalMinutes`, or by `cron` in `timeZone`. */
export interface TimerSettings {
  /** Minutes, counted from `startAt`, or from when the policy was made. */
  intervalMinutes: number | null;
  /** Minute, hour, day of the month, month, day of the week; both kinds of day must fit. */
  cron: string | null;
  /** IANA name; of `cron` only. */
  timeZone: string | null;
  /** Each firing is up to so many seconds late, by chance. */
  jitterSeconds: number;
  /** ISO 8601; null: at once. */
  startAt: string | null;
  /** ISO 8601; null: for ever. */
  endAt: string | null;
  /** Firings that were missed while the platform was down are made up for when they are not older. */
  catchupSeconds: number;
  overlap: Overlap;
}
