import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the page into static files that the API serves. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // The server's content policy takes data: images but a file is cached; there are only a few.
    assetsInlineLimit: 0,
    // Not needed by the browsers above.
    modulePreload: { polyfill: false },
  },
});
