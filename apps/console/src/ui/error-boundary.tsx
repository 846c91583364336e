import { Component, type ReactNode } from 'react';

interface ErrorBoundaryProps {
  children: ReactNode;
}

/** A mistake of the page must not leave people with nothing: what they typed is stored, and there after a reload. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <main className="centred">
        <h1>The page has stumbled</h1>
        <p role="alert">What you have typed is kept. Load the page again to go on.</p>
        <button type="button" className="button button-primary" onClick={() => location.reload()}>
          Load again
        </button>
      </main>
    );
  }
}
