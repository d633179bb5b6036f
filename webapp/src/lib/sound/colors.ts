/** Our signature: sound as color, from night over violet and coral to daylight. */
const stops: [number, number, number, number][] = [
  [0.0, 11, 8, 20],
  [0.18, 36, 20, 84],
  [0.36, 92, 42, 190],
  [0.52, 178, 48, 168],
  [0.66, 236, 74, 122],
  [0.8, 255, 130, 82],
  [0.91, 255, 190, 92],
  [1.0, 255, 241, 198],
];

function build(): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const v = i / 255;
    const above = Math.max(
      1,
      stops.findIndex(([at]) => at >= v),
    );
    const [a, b] = [stops[above - 1]!, stops[above]!];
    const share = (v - a[0]) / (b[0] - a[0]);
    for (let c = 0; c < 3; c++) table[i * 4 + c] = a[c + 1]! + share * (b[c + 1]! - a[c + 1]!);
    table[i * 4 + 3] = 255;
  }
  return table;
}

/** 256 colors as RGBA bytes. */
export const spectrum = build();

export function spectrumColor(value: number): string {
  const i = Math.round(Math.min(1, Math.max(0, value)) * 255) * 4;
  return `rgb(${spectrum[i]} ${spectrum[i + 1]} ${spectrum[i + 2]})`;
}

/** Sixteen distinguishable colors for categories, in both themes. */
export const categories = [
  '#8f7bff', '#ff6b9d', '#ffb14e', '#3fd0b6', '#5ea8ff', '#ff7f5c', '#b6d94c', '#e07be8',
  '#49c0e8', '#f2d24b', '#8dc891', '#d9879b', '#9fa8ff', '#c99a6b', '#66d9a0', '#ff9bd2',
]; // prettier-ignore

/** Writes gray values (0..255, row by row) into RGBA pixels through our colors. */
export function paint(gray: ArrayLike<number>, pixels: Uint8ClampedArray): void {
  for (let i = 0; i < gray.length; i++) {
    const c = gray[i]! * 4;
    pixels[i * 4] = spectrum[c]!;
    pixels[i * 4 + 1] = spectrum[c + 1]!;
    pixels[i * 4 + 2] = spectrum[c + 2]!;
    pixels[i * 4 + 3] = 255;
  }
}
