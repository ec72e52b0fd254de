/** Black or white, whichever stands out more on a colour (#RRGGBB), by WCAG 2.2's relative luminance. */
export function textOn(colour: string): string {
  const luminance = [1, 3, 5].reduce((sum, at, index) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    const linear = value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    return sum + linear * ([0.2126, 0.7152, 0.0722][index] ?? 0);
  }, 0);
  // White stands out more exactly below this: (L + 0.05)^2 = 1.05 * 0.05.
  return luminance < 0.179 ? '#ffffff' : '#000000';
}
