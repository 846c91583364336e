/**
 * Whether a page may act with the session cookie: pages of the host the request was sent to, of PUBLIC_URL and of
 * ALLOWED_ORIGINS may. Browsers always send Origin with requests that change something, so one without is refused.
 */
export function createOriginCheck(publicUrl: string | undefined, allowed: readonly string[]) {
  const origins = new Set([...allowed, ...(publicUrl === undefined ? [] : [publicUrl])].map(originOf));
  return (origin: string | undefined, host: string | undefined): boolean => {
    if (origin === undefined || host === undefined) return false;
    return origins.has(origin) || origin === `http://${host}` || origin === `https://${host}`;
  };
}

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);
