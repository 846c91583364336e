import { useState, type ReactNode } from 'react';
import type { Client } from '../api/client';
import { Form } from '../ui/form';
import { TextField } from '../ui/field';
import { useSubmit } from '../ui/use-submit';

interface SignInProps {
  client: Client;
  onSignedIn: () => void;
}

export function SignInPage(props: SignInProps): ReactNode {
  const [registering, setRegistering] = useState(false);
  return (
    <main className="centred">
      <div className="sign-in">
        <div className="brand">
          <img src="/favicon.svg" alt="" width="40" height="40" />
          <h1>CoAgent</h1>
        </div>
        <p className="muted">Rooms where people and AI agents work together.</p>
        {registering ? <Register {...props} /> : <SignIn {...props} />}
        <p className="muted">
          {registering ? 'You have an account?' : 'No account yet?'}{' '}
          <button type="button" className="link-button" onClick={() => setRegistering(!registering)}>
            {registering ? 'Sign in' : 'Register'}
          </button>
        </p>
      </div>
    </main>
  );
}

function SignIn({ client, onSignedIn }: SignInProps): ReactNode {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submission = useSubmit(['email', 'password'], async () => {
    await client.login(email, password);
    onSignedIn();
  });
  return (
    <Form submission={submission} submitLabel="Sign in">
      <Email value={email} onChange={setEmail} error={submission.fieldError('email')} />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={submission.fieldError('password')}
      />
    </Form>
  );
}

function Register({ client, onSignedIn }: SignInProps): ReactNode {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submission = useSubmit(['name', 'email', 'password'], async (keyFor) => {
    const input = { name, email, password };
    await client.register(input, keyFor(input));
    await client.login(email, password);
    onSignedIn();
  });
  return (
    <Form submission={submission} submitLabel="Register">
      <TextField
        label="Name"
        autoComplete="name"
        autoFocus
        required
        hint="As others see it in rooms."
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={submission.fieldError('name')}
      />
      <Email value={email} onChange={setEmail} error={submission.fieldError('email')} />
      <TextField
        label="Password"
        type="password"
        autoComplete="new-password"
        required
        hint="A few words that only you would put together."
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={submission.fieldError('password')}
      />
    </Form>
  );
}

interface EmailProps {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

function Email({ value, onChange, error }: EmailProps): ReactNode {
  return (
    <TextField
      label="Email"
      type="email"
      autoComplete="username"
      required
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error}
    />
  );
}
