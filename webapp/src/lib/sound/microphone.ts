/** Listening with the microphone: what comes in is drawn while it is recorded. */
import { spectrum } from './colors';
import { MelPicture } from './mel';

export interface Recording {
  /** Ends and hands over the sound. */
  stop: () => void;
  /** Ends and throws the sound away. */
  cancel: () => void;
  finished: Promise<Blob | null>;
}

export function canRecord(): boolean {
  return Boolean(navigator.mediaDevices?.getUserMedia) && 'MediaRecorder' in window;
}

/** Records at most `longest_s`; `tick` gets the seconds so far about sixty times a second. */
export async function record(canvas: HTMLCanvasElement, longest_s: number, tick: (seconds: number) => void): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(stream).connect(analyser);
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  let cancelled = false;
  recorder.ondataavailable = (event) => parts.push(event.data);

  const stopDrawing = drawLive(canvas, analyser, context.sampleRate, longest_s, (seconds) => {
    tick(seconds);
    if (seconds >= longest_s && recorder.state === 'recording') recorder.stop();
  });
  const finished = new Promise<Blob | null>((resolve) => {
    recorder.onstop = () => {
      stopDrawing();
      for (const track of stream.getTracks()) track.stop();
      void context.close();
      resolve(cancelled ? null : new Blob(parts, { type: recorder.mimeType }));
    };
  });
  recorder.start();
  const stop = () => recorder.state === 'recording' && recorder.stop();
  return {
    stop,
    cancel: () => {
      cancelled = true;
      stop();
    },
    finished,
  };
}

/** Paints one column of the live spectrogram for each new stretch of time. */
function drawLive(
  canvas: HTMLCanvasElement,
  analyser: AnalyserNode,
  sampleRate: number,
  longest_s: number,
  tick: (seconds: number) => void,
): () => void {
  const [columns, bands] = [400, 72];
  canvas.width = columns;
  canvas.height = bands;
  const brush = canvas.getContext('2d');
  const mel = new MelPicture(sampleRate, bands, 2048);
  const samples = new Float32Array(2048);
  const levels = new Float32Array(bands);
  const column = new ImageData(1, bands);
  const began = performance.now();
  let loudest = -60;
  let drawn = 0;
  let frame = 0;

  function draw(): void {
    const seconds = (performance.now() - began) / 1000;
    analyser.getFloatTimeDomainData(samples);
    mel.column(samples, samples.length / 2, levels);
    loudest = Math.max(loudest - 0.02, ...levels);
    for (let band = 0; band < bands; band++) {
      const gray = Math.round(255 * Math.min(1, Math.max(0, 1 + (levels[band]! - loudest) / 70)));
      column.data.set(spectrum.subarray(gray * 4, gray * 4 + 4), (bands - 1 - band) * 4);
    }
    const until = Math.min(columns, Math.ceil((seconds / longest_s) * columns));
    for (; drawn < until; drawn++) brush?.putImageData(column, drawn, 0);
    tick(seconds);
    frame = requestAnimationFrame(draw);
  }
  draw();
  return () => cancelAnimationFrame(frame);
}
