/** wavesurfer.js in our frame: a waveform over its spectrogram, with one span to drag. */
import WaveSurfer from 'wavesurfer.js';
import Regions, { type Region } from 'wavesurfer.js/dist/plugins/regions.esm.js';

export interface Wave {
  setSpan: (start_s: number, end_s: number) => void;
  playSpan: () => void;
  pause: () => void;
  destroy: () => void;
}

interface Watchers {
  span: (start_s: number, end_s: number, done: boolean) => void;
  playing: (playing: boolean) => void;
  time: (seconds: number) => void;
}

/** See vite.config.ts: the library's style sheet arrives as an inert template and is adopted here. */
function adoptStyles(container: HTMLElement): void {
  const shadow = [...container.children].map((child) => child.shadowRoot).find(Boolean);
  const template = shadow?.querySelector('template');
  if (!shadow || !template) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(template.innerHTML);
  shadow.adoptedStyleSheets = [sheet];
  template.remove();
}

export function showWave(
  container: HTMLElement,
  sound: { url: string; peaks: number[]; duration_s: number },
  span: [number, number],
  watchers: Watchers,
): Wave {
  const regions = Regions.create();
  const surfer = WaveSurfer.create({
    container,
    height: container.clientHeight || 190,
    url: sound.url,
    peaks: [sound.peaks],
    duration: sound.duration_s,
    waveColor: 'rgba(255,255,255,0.5)',
    progressColor: 'rgba(255,255,255,0.92)',
    cursorColor: '#ffffff',
    cursorWidth: 2,
    barWidth: 2,
    barGap: 2,
    barRadius: 2,
    barHeight: 0.42,
    barAlign: 'bottom',
    normalize: true,
    hideScrollbar: true,
    plugins: [regions],
  });
  adoptStyles(container);

  let region: Region | undefined;
  surfer.on('ready', () => {
    region = regions.addRegion({
      start: span[0],
      end: span[1],
      color: 'rgba(255,255,255,0.07)',
      drag: true,
      resize: true,
      minLength: Math.min(1, sound.duration_s),
      maxLength: 60,
    });
    region.on('update', () => region && watchers.span(region.start, region.end, false));
    region.on('update-end', () => region && watchers.span(region.start, region.end, true));
  });
  surfer.on('play', () => watchers.playing(true));
  surfer.on('pause', () => watchers.playing(false));
  surfer.on('timeupdate', (seconds) => watchers.time(seconds));

  return {
    setSpan(start_s, end_s) {
      if (!region) [span[0], span[1]] = [start_s, end_s];
      else region.setOptions({ start: start_s, end: end_s });
    },
    playSpan() {
      if (region) void surfer.play(region.start, region.end);
    },
    pause: () => surfer.pause(),
    destroy: () => surfer.destroy(),
  };
}
