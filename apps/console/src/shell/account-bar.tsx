import { useState, type ReactNode } from 'react';
import { useServices } from '../services';
import { Avatar } from '../ui/avatar';
import { IconButton } from '../ui/icon-button';
import { chooseTheme, storedTheme, themes, type Theme } from '../ui/theme';

const names: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' };

export function AccountBar({ onSignOut }: { onSignOut: () => void }): ReactNode {
  const { me } = useServices();
  const [theme, setTheme] = useState(storedTheme);
  const change = (): void => {
    const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <footer className="account-bar">
      <Avatar id={me.id} name={me.name} kind="user" />
      <span className="account-name" title={me.email}>
        {me.name}
      </span>
      <IconButton icon="theme" label={`Colours: ${names[theme]}. Change`} onClick={change} />
      <IconButton icon="signOut" label="Sign out" onClick={onSignOut} />
    </footer>
  );
}
