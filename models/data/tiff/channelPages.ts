/**
 * The pages that are the second and third channel of an image of three grey pages, by the description that ImageJ or OME wrote into the first; none where it is another kind of file.
 * ImageJ counts channels first; OME's DimensionOrder says what is counted first.
 */
export function channelPages(description: string): number[] {
  if (description.startsWith('ImageJ=')) return /^channels=3\s*$/m.test(description) ? [1, 2] : [];
  const pixels = /<(?:\w+:)?Pixels\b[^>]*>/.exec(description)?.[0];
  if (pixels === undefined) return [];
  const attribute = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(pixels)?.[1] ?? '';
  if (attribute('SizeC') !== '3') return [];
  const [before = ''] = attribute('DimensionOrder').replace(/^XY/, '').split('C');
  const step = [...before.matchAll(/[ZT]/g)].reduce(
    (product, [each]) => product * (Number(attribute(`Size${each}`)) || 1),
    1,
  );
  return [step, 2 * step];
}
