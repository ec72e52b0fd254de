import { Random } from '../data/random';

/** How far a view may go from its image: side length, gain of each channel, and brightness as a share of white. */
const ZOOM = 0.15;
const GAIN = 0.08;
const BRIGHTNESS = 0.06;

/**
 * A view of an image to learn from: view 0 is the image itself; the others are turned by a quarter, mirrored, scaled about the centre and shifted in colour, by amounts that hang on `hash` and `view` alone.
 * `pixels` RGB bytes [side, side, 3]; gives a new array (or the same one for view 0).
 */
export function viewOf(pixels: Uint8Array, side: number, hash: string, view: number): Uint8Array {
  if (view === 0) return pixels;
  const random = new Random((parseInt(hash.slice(0, 8), 16) ^ Math.imul(view, 0x9e3779b1)) >>> 0);
  const between = (reach: number): number => (random.next() * 2 - 1) * reach;
  const turn = Math.floor(random.next() * 4);
  const mirror = random.next() < 0.5 ? -1 : 1;
  const zoom = 1 / (1 + between(ZOOM));
  const gains = [1 + between(GAIN), 1 + between(GAIN), 1 + between(GAIN)];
  const offset = between(BRIGHTNESS) * 255;
  const cos = [1, 0, -1, 0][turn] ?? 1;
  const sin = [0, 1, 0, -1][turn] ?? 0;
  const centre = (side - 1) / 2;
  const result = new Uint8Array(pixels.length);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dx = (x - centre) * zoom * mirror;
      const dy = (y - centre) * zoom;
      const fromX = Math.min(side - 1, Math.max(0, centre + cos * dx - sin * dy));
      const fromY = Math.min(side - 1, Math.max(0, centre + sin * dx + cos * dy));
      const left = Math.min(side - 2, Math.floor(fromX));
      const top = Math.min(side - 2, Math.floor(fromY));
      const right = fromX - left;
      const below = fromY - top;
      const at = (top * side + left) * 3;
      const to = (y * side + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const index = at + channel;
        const upper = (pixels[index] ?? 0) * (1 - right) + (pixels[index + 3] ?? 0) * right;
        const lower = (pixels[index + side * 3] ?? 0) * (1 - right) + (pixels[index + side * 3 + 3] ?? 0) * right;
        const value = (upper * (1 - below) + lower * below) * (gains[channel] ?? 1) + offset;
        result[to + channel] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return result;
}
