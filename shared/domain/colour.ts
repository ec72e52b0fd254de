/** Colours as sRGB hex, `#RRGGBB`. */

/** The grounds that colours stand on: the surfaces of the light and the dark theme. */
const GROUNDS = ['#FFFFFF', '#1B1B1D'] as const;

/** Least contrast of a graphical object with what is beside it (WCAG 2.2, criterion 1.4.11). */
const LEAST_CONTRAST = 3;

/** Relative luminance by WCAG 2.2, 0 to 1. */
export function luminanceOf(colour: string): number {
  const [red, green, blue] = linearOf(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of two colours by WCAG 2.2, 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [darker, lighter] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/**
 * The colour that stands furthest from all those in use (Euclidean in OKLab), among calm ones that can be seen on light and on dark. The same for the
 * same list.
 */
export function freeColour(used: readonly string[]): string {
  const taken = used.map(labOf);
  let best = { colour: '#888888', distance: -1 };
  candidates ??= calmColours();
  for (const {
    colour,
    lab: [l, a, b],
  } of candidates) {
    const distance = Math.min(Infinity, ...taken.map((other) => Math.hypot(l - other[0], a - other[1], b - other[2])));
    if (distance > best.distance) best = { colour, distance };
  }
  return best.colour;
}

type Triple = readonly [number, number, number];

/** Neither grey, which means unidentified, nor glaring beside pictures. */
const [LEAST_CHROMA, MOST_CHROMA] = [0.06, 0.19];

interface Candidate {
  readonly colour: string;
  readonly lab: Triple;
}

/** Made with the first colour that is asked for. */
let candidates: readonly Candidate[] | null = null;

/** Colours of 16 levels a channel that will do. */
function calmColours(): Candidate[] {
  return Array.from({ length: 16 ** 3 }, (_, index) => {
    const levels = index.toString(16).padStart(3, '0').toUpperCase();
    const colour = `#${levels.replace(/./g, '$&$&')}`;
    return { colour, lab: labOf(colour) };
  }).filter(({ colour, lab: [, a, b] }) => {
    const chroma = Math.hypot(a, b);
    const isCalm = chroma >= LEAST_CHROMA && chroma <= MOST_CHROMA;
    return isCalm && GROUNDS.every((ground) => contrastOf(colour, ground) >= LEAST_CONTRAST);
  });
}

function linearOf(colour: string): Triple {
  const channel = (at: number): number => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** OKLab (Ottosson 2020), in which distances are about as the eye sees them. */
function labOf(colour: string): Triple {
  const [red, green, blue] = linearOf(colour);
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
