import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { createClient } from './api/client';
import { readConsoleConfig } from './api/console-config';
import { createHttp } from './api/http';
import { explain, ProblemError } from './api/problem';
import type { ConsoleConfig, Me } from './api/shapes';
import { createServices } from './create-services';
import { ServicesProvider } from './services';
import { Shell } from './shell/shell';
import { SignInPage } from './sign-in/sign-in-page';
import { NoticeList, useNotices } from './ui/notices';

type Session =
  { state: 'starting' } | { state: 'broken'; why: string } | { state: 'out' } | { state: 'in'; me: Me };

/** The page: who is signed in decides what it shows. */
export function App(): ReactNode {
  const [session, setSession] = useState<Session>({ state: 'starting' });
  const [config, setConfig] = useState<ConsoleConfig | null>(null);
  const { notify, list, close } = useNotices();

  const client = useMemo(
    () => createClient(createHttp({ onSignedOut: () => setSession({ state: 'out' }) })),
    [],
  );

  const start = useCallback(async () => {
    try {
      const [read, me] = await Promise.all([readConsoleConfig(), client.me()]);
      setConfig(read);
      setSession({ state: 'in', me });
    } catch (error) {
      const signedOut = error instanceof ProblemError && error.status === 401;
      setSession(signedOut ? { state: 'out' } : { state: 'broken', why: explain(error) });
    }
  }, [client]);

  useEffect(() => void start(), [start]);

  const signOut = useCallback(async () => {
    try {
      await client.logout();
      setSession({ state: 'out' });
    } catch (error) {
      notify(explain(error));
    }
  }, [client, notify]);

  const services = useMemo(
    () =>
      session.state === 'in' && config !== null
        ? createServices({ client, config, me: session.me.user, notify })
        : null,
    [client, config, notify, session],
  );

  return (
    <>
      {session.state === 'starting' && <Waiting />}
      {session.state === 'broken' && <Broken why={session.why} onRetry={() => void start()} />}
      {session.state === 'out' && <SignInPage client={client} onSignedIn={() => void start()} />}
      {session.state === 'in' && services !== null && (
        <ServicesProvider value={services}>
          <Shell memberships={session.me.memberships} onSignOut={() => void signOut()} />
        </ServicesProvider>
      )}
      <NoticeList list={list} close={close} />
    </>
  );
}

function Waiting(): ReactNode {
  return (
    <main className="centred" aria-busy="true">
      <p className="late">Loading…</p>
    </main>
  );
}

function Broken({ why, onRetry }: { why: string; onRetry: () => void }): ReactNode {
  return (
    <main className="centred">
      <h1>CoAgent</h1>
      <p role="alert">{why}</p>
      <button type="button" className="button button-primary" onClick={onRetry}>
        Try again
      </button>
    </main>
  );
}
