/** Puts points on a canvas by hand: one blended sprite per point, 100,000 of them within a frame. */
import type { Points } from './points';

export interface View {
  /** Center of what is seen, in the points' own units. */
  x: number;
  y: number;
  /** Pixels per unit. */
  scale: number;
}

/** What is seen: where points are on the canvas, in its pixels, and back. */
export class Glass {
  constructor(
    readonly view: View,
    readonly width: number,
    readonly height: number,
    /** Pixels of the canvas per pixel of the page. */
    readonly density: number,
  ) {}

  x = (unit: number): number => (unit - this.view.x) * this.view.scale + this.width / 2;
  y = (unit: number): number => (unit - this.view.y) * this.view.scale + this.height / 2;
  /** The point of the map that lies under a pixel. */
  point = (px: number, py: number): [number, number] => [
    (px - this.width / 2) / this.view.scale + this.view.x,
    (py - this.height / 2) / this.view.scale + this.view.y,
  ];
}

/** A soft disc: which pixels it touches, as x, y pairs from its corner, and how much of each it covers (0..128). */
function disc(radius: number, opacity: number): { side: number; touched: Int16Array; cover: Int16Array } {
  const side = Math.max(2, Math.ceil(radius * 2 + 0.6));
  const middle = (side - 1) / 2;
  const touched: number[] = [];
  const cover: number[] = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const share = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x - middle, y - middle)));
      if (share < 0.02) continue;
      touched.push(x, y);
      cover.push(Math.round(128 * share * opacity));
    }
  }
  return { side, touched: Int16Array.from(touched), cover: Int16Array.from(cover) };
}

/** Radius in pixels: few points are drawn large, and all grow as one comes near. */
export function radiusOf(points: Points, view: View, pixels: number): number {
  const crowd = Math.sqrt(pixels / Math.max(1, points.count)) / 9;
  const near = (view.scale * points.extent) / Math.sqrt(pixels);
  return Math.min(9, Math.max(1.1, crowd * Math.min(3, Math.sqrt(near))));
}

export class Painter {
  #image: ImageData | null = null;

  draw(canvas: HTMLCanvasElement, points: Points, rgb: Uint8Array, view: View, background: [number, number, number]): void {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) return;
    const { width, height } = canvas;
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = context.createImageData(width, height);
    const pixels = new Uint32Array(this.#image.data.buffer);
    pixels.fill((255 << 24) | (background[2] << 16) | (background[1] << 8) | background[0]);
    const opacity = points.count > 20_000 ? 0.72 : 0.92;
    const { side, touched, cover } = disc(radiusOf(points, view, width * height), opacity);
    const steps = Int32Array.from(cover, (_, k) => touched[2 * k + 1]! * width + touched[2 * k]!);
    const { xs, ys, count } = points;
    const [shiftX, shiftY] = [width / 2 - view.x * view.scale - side / 2, height / 2 - view.y * view.scale - side / 2];
    for (let i = 0; i < count; i++) {
      const left = Math.round(xs[i]! * view.scale + shiftX);
      const top = Math.round(ys[i]! * view.scale + shiftY);
      if (left < 0 || top < 0 || left + side > width || top + side > height) continue;
      // Red and blue are blended in one multiplication, green in another: 7 bits of coverage fit in 32.
      const redBlue = (rgb[i * 3 + 2]! << 16) | rgb[i * 3]!;
      const green = rgb[i * 3 + 1]! << 8;
      const corner = top * width + left;
      for (let k = 0; k < steps.length; k++) {
        const at = corner + steps[k]!;
        const share = cover[k]!;
        const under = pixels[at]!;
        const rb = under & 0xff00ff;
        const g = under & 0x00ff00;
        pixels[at] =
          ((rb + (((redBlue - rb) * share) >> 7)) & 0xff00ff) | ((g + (((green - g) * share) >> 7)) & 0x00ff00) | 0xff000000;
      }
    }
    context.putImageData(this.#image, 0, 0);
  }
}
