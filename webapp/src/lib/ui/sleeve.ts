/** Music without a cover wears a sleeve drawn from its name: always the same one for the same name. */

/** Far, middle and near color, and the light that falls in. */
const palettes = [
  ['#160c33', '#5b2ac0', '#e0408f', '#ffc861'],
  ['#071d2b', '#0f5f78', '#22b8b0', '#d9f7d0'],
  ['#0b1437', '#2446b8', '#4f9dff', '#d6ecff'],
  ['#2a0a1f', '#8f1d4a', '#f2605c', '#ffd3a8'],
  ['#0c2018', '#1f6b4a', '#8ccf4d', '#fbf3b5'],
  ['#22103a', '#7a2f9c', '#e57fd0', '#ffe1ee'],
  ['#2b1508', '#97411a', '#f59a35', '#ffe9b0'],
  ['#14162e', '#474ea8', '#9f94ff', '#f1e7ff'],
] as const;

type Random = () => number;
type Pen = CanvasRenderingContext2D;
type Palette = (typeof palettes)[number];

/** Numbers in 0..1 that follow from a text. */
function randomFrom(text: string): Random {
  let seed = 2166136261;
  for (const letter of text) seed = Math.imul(seed ^ letter.codePointAt(0)!, 16777619);
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function wash(pen: Pen, n: number, from: string, to: string): void {
  const gradient = pen.createLinearGradient(0, 0, n * 0.3, n);
  gradient.addColorStop(0, from);
  gradient.addColorStop(1, to);
  pen.fillStyle = gradient;
  pen.fillRect(0, 0, n, n);
}

function disc(pen: Pen, x: number, y: number, radius: number, color: string): void {
  pen.fillStyle = color;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fill();
}

/** Hills of sound under a low sun. */
function hills(pen: Pen, n: number, [far, middle, near, light]: Palette, random: Random): void {
  wash(pen, n, middle, near);
  disc(pen, n * (0.25 + 0.5 * random()), n * (0.26 + 0.14 * random()), n * (0.12 + 0.1 * random()), light);
  [near, middle, far].forEach((color, row) => {
    const [phase, waves, height] = [random() * 6.3, 0.8 + random() * 1.6, n * (0.05 + random() * 0.07)];
    pen.fillStyle = color;
    pen.beginPath();
    pen.moveTo(0, n);
    for (let step = 0; step <= 48; step++) {
      const x = (n * step) / 48;
      const swell = Math.sin((x / n) * waves * 6.3 + phase) + 0.4 * Math.sin((x / n) * waves * 14 + phase * 2);
      pen.lineTo(x, n * (0.54 + 0.15 * row) + swell * height);
    }
    pen.lineTo(n, n);
    pen.fill();
  });
}

/** Rings that meet, like two notes in one room. */
function rings(pen: Pen, n: number, [far, middle, near, light]: Palette, random: Random): void {
  wash(pen, n, far, middle);
  const gap = n * (0.05 + random() * 0.025);
  const places = [[random() * 0.4, 0.55 + random() * 0.45, near], [0.6 + random() * 0.4, random() * 0.45, light]] as const;
  pen.lineWidth = gap * 0.42;
  for (const [x, y, color] of places) {
    pen.strokeStyle = color;
    for (let ring = 1; ring < 15; ring++) {
      pen.globalAlpha = 1 - ring / 15;
      pen.beginPath();
      pen.arc(x * n, y * n, ring * gap, 0, 7);
      pen.stroke();
    }
    pen.globalAlpha = 1;
    disc(pen, x * n, y * n, gap * 0.5, color);
  }
}

/** Bars around a middle line: a moment's loudness. */
function bars(pen: Pen, n: number, [far, middle, near, light]: Palette, random: Random): void {
  wash(pen, n, far, middle);
  const count = 9 + 2 * Math.floor(random() * 4);
  const [step, phase, lean] = [(n * 0.84) / count, random() * 6.3, 1 + random() * 2.5];
  const gradient = pen.createLinearGradient(0, n * 0.1, 0, n * 0.9);
  gradient.addColorStop(0, light);
  gradient.addColorStop(1, near);
  pen.fillStyle = gradient;
  for (let bar = 0; bar < count; bar++) {
    const bell = Math.sin(((bar + 0.5) / count) * Math.PI);
    const height = n * (0.07 + 0.62 * bell * (0.35 + 0.65 * Math.abs(Math.sin(bar * lean + phase))));
    pen.beginPath();
    pen.roundRect(n * 0.08 + (bar + 0.2) * step, (n - height) / 2, step * 0.6, height, step * 0.3);
    pen.fill();
  }
}

/** A grid of dots that swells as a wave goes through. */
function dots(pen: Pen, n: number, [far, middle, near, light]: Palette, random: Random): void {
  wash(pen, n, middle, far);
  const count = 11;
  const [dx, dy, phase] = [random() * 5 - 2.5, 1 + random() * 4, random() * 6.3];
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const swell = 0.5 + 0.5 * Math.sin((dx * column + dy * row) / 3 + phase + Math.sin(column / 2.5));
      const radius = (n / count) * (0.08 + 0.38 * swell);
      disc(pen, ((column + 0.5) / count) * n, ((row + 0.5) / count) * n, radius, swell > 0.72 ? light : near);
    }
  }
}

/** Lines one behind the other, each a spectrum of its moment. */
function ridges(pen: Pen, n: number, [far, middle, near, light]: Palette, random: Random): void {
  wash(pen, n, far, far);
  const [center, wide] = [0.3 + random() * 0.4, 0.1 + random() * 0.1];
  const count = 13;
  pen.lineWidth = Math.max(1, n / 90);
  for (let line = 0; line < count; line++) {
    const base = n * (0.26 + (0.64 * line) / (count - 1));
    const bends = Array.from({ length: 4 }, () => [center + (random() - 0.5) * 0.4, 0.03 + random() * wide, random()] as const);
    pen.beginPath();
    for (let x = 0; x <= 1.0001; x += 1 / 64) {
      const lift = bends.reduce((sum, [at, width, loud]) => sum + loud * Math.exp(-(((x - at) / width) ** 2)), 0);
      pen.lineTo(n * (0.08 + 0.84 * x), base - n * 0.1 * lift);
    }
    pen.fillStyle = far;
    pen.fill();
    pen.strokeStyle = line % 4 === 3 ? light : line % 2 ? near : middle;
    pen.stroke();
  }
}

const motifs = [hills, rings, bars, dots, ridges];

/** Draws the sleeve of a name on a canvas of `pixels` by `pixels`. */
export function drawSleeve(canvas: HTMLCanvasElement, name: string, pixels: number): void {
  canvas.width = canvas.height = pixels;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  const random = randomFrom(name);
  const palette = palettes[Math.floor(random() * palettes.length)]!;
  const motif = motifs[Math.floor(random() * motifs.length)]!;
  motif(pen, pixels, palette, random);
}
