import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

/**
 * wavesurfer.js writes its style sheet as an inline <style>, which our Content-Security-Policy refuses.
 * We turn that element into an inert <template>; `adoptStyles` (lib/sound/wave.ts) hands its text to the
 * shadow root as a constructed style sheet, which needs no exception in the policy.
 */
function styleSheetsWithoutInlineStyle(): Plugin {
  return {
    name: 'wavesurfer-adopted-styles',
    enforce: 'pre',
    transform(code, id) {
      if (!/wavesurfer\.js[\\/]dist[\\/](wavesurfer\.esm|renderer)\.js/.test(id)) return null;
      const changed = code
        .replace(/<style\$\{[^`]*?`[^`]*?`[^}]*\}>/, '<template>')
        .replace('</style>', '</template>');
      if (changed === code || changed.includes('<style')) this.error('wavesurfer.js has changed how it writes its styles');
      return { code: changed, map: null };
    },
  };
}

export default defineConfig({
  plugins: [styleSheetsWithoutInlineStyle(), svelte()],
  resolve: { alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) } },
  optimizeDeps: { exclude: ['wavesurfer.js'] },
  build: {
    outDir: process.env.SYNESTHETE_STATIC ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    manifest: 'assets/manifest.json',
  },
  server: {
    proxy: { '/api': process.env.SYNESTHETE_SERVER ?? 'http://127.0.0.1:8000' },
  },
});
