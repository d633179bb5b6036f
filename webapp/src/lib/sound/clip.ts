/** Sound a person hands us, made ready to be seen, heard and cut. */
import { address, get, write } from '$lib/api/client';
import { checkSize } from '$lib/api/upload';
import type { Clip, ClipAnswer } from '$lib/api/types';
import { grayPicture } from './mel';

export interface Picture {
  gray: Uint8ClampedArray;
  width: number;
  height: number;
}

export interface Sound {
  name: string;
  /** For the audio element: a blob of ours, or the server's copy. */
  url: string;
  duration_s: number;
  peaks: number[];
  picture: Picture | string;
  /** Mono sound where this browser could decode it. */
  waveform: Float32Array | null;
  sampleRate: number;
  /** The original, for the server to decode where the browser cannot. */
  file: Blob;
}

/** Larger files are left to the server: decoded they would fill the memory of a phone. */
const DECODE_HERE = 30_000_000;

export async function open(file: Blob, name: string): Promise<Sound> {
  if (file.size <= DECODE_HERE) {
    const sound = await decodeHere(file, name);
    if (sound) return sound;
  }
  return decodeThere(file, name);
}

async function decodeHere(file: Blob, name: string): Promise<Sound | null> {
  let buffer: AudioBuffer;
  try {
    const context = new OfflineAudioContext(1, 1, 44_100);
    buffer = await context.decodeAudioData(await file.arrayBuffer());
  } catch {
    return null;
  }
  const waveform = mixDown(buffer);
  const [width, height] = [Math.min(1400, Math.max(300, Math.round(buffer.duration * 40))), 96];
  return {
    name,
    url: URL.createObjectURL(file),
    duration_s: buffer.duration,
    peaks: peaksOf(waveform, 900),
    picture: { gray: grayPicture(waveform, buffer.sampleRate, width, height), width, height },
    waveform,
    sampleRate: buffer.sampleRate,
    file,
  };
}

async function decodeThere(file: Blob, name: string): Promise<Sound> {
  const { clip } = await ask(file, name, null, null, 1);
  const { peaks } = await get<{ peaks: number[] }>(`/clips/${clip.id}/peaks`, { points: 900 });
  return {
    name,
    url: address(`/clips/${clip.id}/audio`),
    duration_s: clip.duration_s,
    peaks,
    picture: address(`/clips/${clip.id}/spectrogram`, { end_s: clip.duration_s, width: 1024, height: 96 }),
    waveform: null,
    sampleRate: 0,
    file,
  };
}

function mixDown(buffer: AudioBuffer): Float32Array {
  const mono = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const samples = buffer.getChannelData(channel);
    for (let i = 0; i < mono.length; i++) mono[i]! += samples[i]! / buffer.numberOfChannels;
  }
  return mono;
}

function peaksOf(waveform: Float32Array, count: number): number[] {
  const span = Math.max(1, Math.floor(waveform.length / count));
  return Array.from({ length: Math.ceil(waveform.length / span) }, (_, place) => {
    let peak = 0;
    for (let i = place * span; i < Math.min(waveform.length, (place + 1) * span); i++) {
      peak = Math.max(peak, Math.abs(waveform[i]!));
    }
    return peak;
  });
}

/** The loudest span of `length_s`: a better first guess than the beginning. */
export function liveliest(sound: Sound, length_s: number): [number, number] {
  const length = Math.min(length_s, sound.duration_s);
  const perPeak = sound.duration_s / Math.max(1, sound.peaks.length);
  const span = Math.max(1, Math.round(length / perPeak));
  let sum = 0;
  let best = -1;
  let at = 0;
  sound.peaks.forEach((peak, place) => {
    sum += peak * peak - (sound.peaks[place - span] ?? 0) ** 2;
    if (place >= span - 1 && sum > best) [best, at] = [sum, place - span + 1];
  });
  const start = Math.min(at * perPeak, Math.max(0, sound.duration_s - length));
  return [Math.round(start * 10) / 10, Math.round((start + length) * 10) / 10];
}

/** A 16-bit mono WAV file of a span. */
function wav(waveform: Float32Array, sampleRate: number, start_s: number, end_s: number): Blob {
  const samples = waveform.subarray(Math.floor(start_s * sampleRate), Math.ceil(end_s * sampleRate));
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at: number, letters: string) =>
    [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((value, i) => view.setInt16(44 + i * 2, Math.max(-1, Math.min(1, value)) * 32767, true));
  return new Blob([view.buffer], { type: 'audio/wav' });
}

export interface Asked {
  answer: ClipAnswer;
  /** Add to the clip's own seconds to get seconds of the sound as it was handed over. */
  offset_s: number;
}

/** What sounds like this span? Only the span travels, where the browser could decode the sound. */
export async function askWith(sound: Sound, start_s: number, end_s: number, signal?: AbortSignal): Promise<Asked> {
  if (sound.waveform) {
    const span = wav(sound.waveform, sound.sampleRate, start_s, end_s);
    return { answer: await ask(span, `${withoutExtension(sound.name)}.wav`, null, null, 20, signal), offset_s: start_s };
  }
  return { answer: await ask(sound.file, sound.name, start_s, end_s, 20, signal), offset_s: 0 };
}

/** Leaves a whole sound with the server, as something to start a mix from. */
export async function keep(file: Blob, name: string): Promise<Clip> {
  return (await ask(file, name, null, null, 1)).clip;
}

const withoutExtension = (name: string) => name.replace(/\.[a-z0-9]{2,5}$/i, '');

async function ask(
  file: Blob,
  name: string,
  start_s: number | null,
  end_s: number | null,
  n: number,
  signal?: AbortSignal,
): Promise<ClipAnswer> {
  await checkSize(file, name);
  const form = new FormData();
  form.append('file', file, name);
  if (start_s !== null) form.append('start_s', String(start_s));
  if (end_s !== null) form.append('end_s', String(end_s));
  form.append('n', String(n));
  return write<ClipAnswer>('POST', '/clips', form, signal);
}
