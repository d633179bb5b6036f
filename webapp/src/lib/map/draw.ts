/** Puts points on a canvas by hand: one blended sprite per point, 100,000 of them within a frame. */
import type { Points } from './points';

export interface View {
  /** Center of what is seen, in the points' own units. */
  x: number;
  y: number;
  /** Pixels per unit. */
  scale: number;
}

/** Coverage (0..256) of a soft disc, row by row. */
function disc(radius: number): { side: number; cover: Int16Array } {
  const side = Math.max(2, Math.ceil(radius * 2 + 1));
  const cover = new Int16Array(side * side);
  const middle = (side - 1) / 2;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const distance = Math.hypot(x - middle, y - middle);
      cover[y * side + x] = 256 * Math.min(1, Math.max(0, radius + 0.5 - distance));
    }
  }
  return { side, cover };
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
    const { data } = this.#image;
    new Uint32Array(data.buffer).fill((255 << 24) | (background[2] << 16) | (background[1] << 8) | background[0]);
    const { side, cover } = disc(radiusOf(points, view, width * height));
    const opacity = points.count > 20_000 ? 0.72 : 0.92;
    const shades = cover.map((c) => c * opacity);
    const { xs, ys, count } = points;
    const [shiftX, shiftY] = [width / 2 - view.x * view.scale - side / 2, height / 2 - view.y * view.scale - side / 2];
    for (let i = 0; i < count; i++) {
      const left = Math.round(xs[i]! * view.scale + shiftX);
      const top = Math.round(ys[i]! * view.scale + shiftY);
      if (left < 0 || top < 0 || left + side > width || top + side > height) continue;
      const [red, green, blue] = [rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!];
      for (let y = 0, c = 0; y < side; y++) {
        let at = ((top + y) * width + left) * 4;
        for (let x = 0; x < side; x++, c++, at += 4) {
          const share = shades[c]!;
          if (share === 0) continue;
          data[at] = data[at]! + (((red - data[at]!) * share) >> 8);
          data[at + 1] = data[at + 1]! + (((green - data[at + 1]!) * share) >> 8);
          data[at + 2] = data[at + 2]! + (((blue - data[at + 2]!) * share) >> 8);
        }
      }
    }
    context.putImageData(this.#image, 0, 0);
  }
}
