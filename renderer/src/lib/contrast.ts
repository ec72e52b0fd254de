import { luminanceOf } from '#shared/domain/colour';

/** Black or white, whichever stands out more on a colour (#RRGGBB), by WCAG 2.2's relative luminance. */
export function textOn(colour: string): string {
  // White stands out more exactly below this: (L + 0.05)^2 = 1.05 * 0.05.
  return luminanceOf(colour) < 0.179 ? '#ffffff' : '#000000';
}
