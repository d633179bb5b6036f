/** The server's gray spectrograms, in our colors. */
import { paint } from './colors';

export async function drawPicture(canvas: HTMLCanvasElement, address: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(address, { signal, credentials: 'same-origin' });
  if (!response.ok) {
    void response.body?.cancel(); // an answer nobody reads would hold its connection
    throw new Error(`${response.status}`);
  }
  const bitmap = await createImageBitmap(await response.blob());
  if (signal.aborted) return;
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const gray = new Uint8ClampedArray(image.data.length / 4);
  for (let i = 0; i < gray.length; i++) gray[i] = image.data[i * 4]!;
  paint(gray, image.data);
  context.putImageData(image, 0, 0);
}

export function drawGray(canvas: HTMLCanvasElement, gray: Uint8ClampedArray, width: number, height: number): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(width, height);
  paint(gray, image.data);
  context.putImageData(image, 0, 0);
}
