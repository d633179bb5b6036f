/** Every track as a point: parallel arrays, a grid to find points by place, and nothing else. */
import { categories, spectrum } from '$lib/sound/colors';
import type { MapColor } from '$lib/api/types';

const CELLS = 192;

export class Points {
  readonly count: number;
  readonly ids: Int32Array;
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly left: number;
  readonly top: number;
  /** Width and height of the square that holds them all, never 0. */
  readonly extent: number;
  #starts: Int32Array;
  #members: Int32Array;

  /** From the server's bytes: int32 ids, then float32 x, then float32 y. */
  constructor(bytes: ArrayBuffer) {
    const n = (this.count = Math.floor(bytes.byteLength / 12));
    this.ids = new Int32Array(bytes, 0, n);
    this.xs = new Float32Array(bytes, 4 * n, n);
    this.ys = new Float32Array(bytes, 8 * n, n);
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      left = Math.min(left, this.xs[i]!);
      right = Math.max(right, this.xs[i]!);
      top = Math.min(top, this.ys[i]!);
      bottom = Math.max(bottom, this.ys[i]!);
    }
    this.extent = Math.max(1e-6, right - left, bottom - top);
    this.left = (left + right - this.extent) / 2;
    this.top = (top + bottom - this.extent) / 2;

    const cells = new Int32Array(n);
    this.#starts = new Int32Array(CELLS * CELLS + 1);
    for (let i = 0; i < n; i++) {
      cells[i] = this.#cell(this.xs[i]!, this.ys[i]!);
      this.#starts[cells[i]! + 1]! += 1;
    }
    for (let c = 0; c < CELLS * CELLS; c++) this.#starts[c + 1]! += this.#starts[c]!;
    const next = this.#starts.slice();
    this.#members = new Int32Array(n);
    for (let i = 0; i < n; i++) this.#members[next[cells[i]!]!++] = i;
  }

  #axis(value: number, from: number): number {
    return Math.min(CELLS - 1, Math.max(0, Math.floor(((value - from) / this.extent) * CELLS)));
  }

  #cell(x: number, y: number): number {
    return this.#axis(y, this.top) * CELLS + this.#axis(x, this.left);
  }

  /** Index of the point nearest to a place, at most `radius` away, or -1. */
  nearest(x: number, y: number, radius: number): number {
    let best = -1;
    let least = radius * radius;
    const [c0, c1] = [this.#axis(x - radius, this.left), this.#axis(x + radius, this.left)];
    const [r0, r1] = [this.#axis(y - radius, this.top), this.#axis(y + radius, this.top)];
    for (let row = r0; row <= r1; row++) {
      const end = this.#starts[row * CELLS + c1 + 1]!;
      for (let m = this.#starts[row * CELLS + c0]!; m < end; m++) {
        const i = this.#members[m]!;
        const distance = (this.xs[i]! - x) ** 2 + (this.ys[i]! - y) ** 2;
        if (distance < least) [least, best] = [distance, i];
      }
    }
    return best;
  }

  /** How many points lie in a box, counted up to `most`. */
  within(left: number, top: number, right: number, bottom: number, most: number): number {
    let count = 0;
    const [c0, c1] = [this.#axis(left, this.left), this.#axis(right, this.left)];
    const [r0, r1] = [this.#axis(top, this.top), this.#axis(bottom, this.top)];
    for (let row = r0; row <= r1; row++) {
      const end = this.#starts[row * CELLS + c1 + 1]!;
      for (let m = this.#starts[row * CELLS + c0]!; m < end && count < most; m++) {
        const i = this.#members[m]!;
        const [x, y] = [this.xs[i]!, this.ys[i]!];
        if (x >= left && x <= right && y >= top && y <= bottom) count += 1;
      }
    }
    return count;
  }

  /** Ids inside a polygon given as x, y, x, y ... in the points' own units. */
  inside(polygon: number[]): number[] {
    const found: number[] = [];
    for (let i = 0; i < this.count; i++) {
      if (contains(polygon, this.xs[i]!, this.ys[i]!)) found.push(this.ids[i]!);
    }
    return found;
  }
}

/** Even-odd rule. */
export function contains(polygon: number[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [polygon[i]!, polygon[i + 1]!, polygon[j]!, polygon[j + 1]!];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

export interface Home {
  x: number;
  y: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Where a group of points is at home: its middle and the box around most of it, unless it is scattered. */
export function homeOf(points: Points, values: Float32Array, wanted: number): Home | null {
  const members: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] === wanted) members.push(i);
  if (members.length < 3) return null;
  const middle = (numbers: Float64Array) => numbers.sort()[numbers.length >> 1]!;
  const x = middle(Float64Array.from(members, (i) => points.xs[i]!));
  const y = middle(Float64Array.from(members, (i) => points.ys[i]!));
  const away = (i: number) => Math.hypot(points.xs[i]! - x, points.ys[i]! - y);
  const spread = middle(Float64Array.from(members, away));
  if (spread > 0.12 * points.extent) return null;
  const home: Home = { x, y, left: x, right: x, top: y, bottom: y };
  for (const i of members) {
    if (away(i) > 2 * spread) continue;
    home.left = Math.min(home.left, points.xs[i]!);
    home.right = Math.max(home.right, points.xs[i]!);
    home.top = Math.min(home.top, points.ys[i]!);
    home.bottom = Math.max(home.bottom, points.ys[i]!);
  }
  return home;
}

export const LEFTOVER = 'Other';
/** As many groups as have a color of their own. */
const NAMED = 15;
/** The color of what has no value. */
export const UNKNOWN = '#787286';
const UNKNOWN_RGB = [0x78, 0x72, 0x86];

/** The color of a category; what is left over steps back. */
export function categoryColor(color: MapColor, value: number, dark: boolean): string {
  if (color.categories[value] === LEFTOVER) return dark ? '#4d4760' : '#bcb5cb';
  return categories[value % categories.length]!;
}

/** The categories of these values for a legend: as many as have a color of their own, the commonest first, what is left over last. */
export function legendOf(color: MapColor, values: Float32Array, dark: boolean): { value: number; name: string; hex: string }[] {
  if (color.kind !== 'category') return [];
  const counts = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const isLeft = (value: number) => color.categories[value] === LEFTOVER;
  const most = [...counts].sort(([, n], [, m]) => m - n).map(([value]) => value);
  const named = [...most.filter((value) => !isLeft(value)).slice(0, NAMED), ...most.filter(isLeft)];
  return named.map((value) => ({ value, name: color.categories[value] ?? String(value), hex: categoryColor(color, value, dark) }));
}

/** Red, green, blue for each point. */
export function paintPoints(values: Float32Array, color: MapColor, dark: boolean): Uint8Array {
  const rgb = new Uint8Array(values.length * 3);
  const palette = color.categories.map((_, value) => {
    const hex = categoryColor(color, value, dark);
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  });
  const [low, high] = [color.low ?? 0, color.high ?? 1];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    let one: ArrayLike<number> = UNKNOWN_RGB;
    if (!Number.isNaN(value)) {
      if (color.kind === 'category') one = palette[value] ?? one;
      else {
        const c = Math.round(255 * (0.25 + 0.75 * Math.min(1, Math.max(0, (value - low) / (high - low || 1))))) * 4;
        one = [spectrum[c]!, spectrum[c + 1]!, spectrum[c + 2]!];
      }
    }
    rgb.set(one, i * 3);
  }
  return rgb;
}
