/** Log-mel pictures in the browser, for drawing only: what answers are computed from is the server's business. */

/** In-place radix-2 FFT of length 2^k. */
function transform(re: Float32Array, im: Float32Array, cos: Float32Array, sin: Float32Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    const [half, step] = [size / 2, n / size];
    for (let begin = 0; begin < n; begin += size) {
      for (let k = 0; k < half; k++) {
        const [c, s] = [cos[k * step]!, sin[k * step]!];
        const [a, b] = [begin + k, begin + k + half];
        const xr = re[b]! * c + im[b]! * s;
        const xi = im[b]! * c - re[b]! * s;
        re[b] = re[a]! - xr;
        im[b] = im[a]! - xi;
        re[a] = re[a]! + xr;
        im[a] = im[a]! + xi;
      }
    }
  }
}

const mel = (hz: number) => 2595 * Math.log10(1 + hz / 700);
const hertz = (m: number) => 700 * (10 ** (m / 2595) - 1);

export class MelPicture {
  readonly #window: Float32Array;
  readonly #cos: Float32Array;
  readonly #sin: Float32Array;
  readonly #edges: number[];
  readonly #re: Float32Array;
  readonly #im: Float32Array;

  constructor(
    readonly sampleRate: number,
    readonly bands: number,
    readonly size = 1024,
  ) {
    this.#window = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
    this.#cos = Float32Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float32Array.from({ length: size / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / size));
    const top = mel(Math.min(11_000, sampleRate / 2));
    const bottom = mel(40);
    this.#edges = Array.from(
      { length: bands + 2 },
      (_, i) => (hertz(bottom + ((top - bottom) * i) / (bands + 1)) * size) / sampleRate,
    );
    this.#re = new Float32Array(size);
    this.#im = new Float32Array(size);
  }

  /** Decibels of each band around sample `center`, lowest band first. */
  column(waveform: Float32Array, center: number, into: Float32Array): void {
    const { size } = this;
    const begin = Math.round(center) - size / 2;
    for (let i = 0; i < size; i++) {
      this.#re[i] = (waveform[begin + i] ?? 0) * this.#window[i]!;
      this.#im[i] = 0;
    }
    transform(this.#re, this.#im, this.#cos, this.#sin);
    for (let band = 0; band < this.bands; band++) {
      const [low, middle, high] = [this.#edges[band]!, this.#edges[band + 1]!, this.#edges[band + 2]!];
      let sum = 0;
      let weight = 0;
      const last = Math.min(size / 2 - 1, Math.max(Math.ceil(high), Math.round(middle)));
      for (let bin = Math.min(Math.floor(low), Math.round(middle)); bin <= last; bin++) {
        const rising = (bin - low) / Math.max(1e-6, middle - low);
        const falling = (high - bin) / Math.max(1e-6, high - middle);
        const w = Math.max(bin === Math.round(middle) ? 0.05 : 0, Math.min(rising, falling));
        sum += w * (this.#re[bin]! ** 2 + this.#im[bin]! ** 2);
        weight += w;
      }
      into[band] = 10 * Math.log10(sum / Math.max(1e-9, weight) + 1e-9);
    }
  }
}

/** Decibels of `column` below which nothing is drawn bright, about 75 under a full tone: silence is dark. */
const QUIET = -20;

/** Gray picture of a span of sound: `width` x `height` bytes row by row, high bands on top; 70 dB of range. */
export function grayPicture(
  waveform: Float32Array,
  sampleRate: number,
  width: number,
  height: number,
  start_s = 0,
  end_s = waveform.length / sampleRate,
): Uint8ClampedArray {
  const picture = new MelPicture(sampleRate, height, sampleRate > 30_000 ? 2048 : 1024);
  const columns = new Float32Array(width * height);
  let loudest = QUIET;
  for (let x = 0; x < width; x++) {
    const column = columns.subarray(x * height, (x + 1) * height);
    picture.column(waveform, (start_s + ((x + 0.5) / width) * (end_s - start_s)) * sampleRate, column);
    for (const level of column) if (level > loudest) loudest = level;
  }
  const gray = new Uint8ClampedArray(width * height);
  for (let x = 0; x < width; x++) {
    for (let band = 0; band < height; band++) {
      const level = columns[x * height + band]!;
      gray[(height - 1 - band) * width + x] = 255 * Math.max(0, 1 + (level - loudest) / 70);
    }
  }
  return gray;
}
