/** An inverted residual block of an EfficientNet. */
export interface MobileBlock {
  /** As Keras names it: `block1a`, `block2a`, `block2b`, ... */
  readonly name: string;
  readonly kernel: number;
  readonly stride: number;
  readonly expansion: number;
  /** Channels before and after. */
  readonly inputs: number;
  readonly filters: number;
}

/** EfficientNet's stages (Tan & Le 2019, table 1). */
const STAGES = [
  { kernel: 3, repeats: 1, filters: 16, expansion: 1, stride: 1 },
  { kernel: 3, repeats: 2, filters: 24, expansion: 6, stride: 2 },
  { kernel: 5, repeats: 2, filters: 40, expansion: 6, stride: 2 },
  { kernel: 3, repeats: 3, filters: 80, expansion: 6, stride: 2 },
  { kernel: 5, repeats: 3, filters: 112, expansion: 6, stride: 1 },
  { kernel: 5, repeats: 4, filters: 192, expansion: 6, stride: 2 },
  { kernel: 3, repeats: 1, filters: 320, expansion: 6, stride: 1 },
];

interface Scale {
  readonly width: number;
  readonly depth: number;
}

/** The blocks of an EfficientNet of this width and depth. `stem`: channels before the first; `fixedEnds`: the first and last stage keep their depth (the Lite variants). */
export function mobileBlocks({ width, depth }: Scale, stem: number, fixedEnds: boolean): readonly MobileBlock[] {
  let inputs = stem;
  return STAGES.flatMap(({ kernel, repeats, filters: base, expansion, stride }, stage) => {
    const filters = roundFilters(base * width);
    const fixed = fixedEnds && (stage === 0 || stage === STAGES.length - 1);
    return Array.from({ length: fixed ? repeats : Math.ceil(repeats * depth) }, (_, index) => {
      const name = `block${String(stage + 1)}${String.fromCharCode(97 + index)}`;
      const block = { name, kernel, stride: index === 0 ? stride : 1, expansion, inputs, filters };
      inputs = filters;
      return block;
    });
  });
}

/** Filters rounded to a multiple of 8, never more than 10 % down (Tan & Le's reference code). */
export function roundFilters(filters: number): number {
  const rounded = Math.max(8, Math.floor((filters + 4) / 8) * 8);
  return rounded < 0.9 * filters ? rounded + 8 : rounded;
}

/** Whether a block's input is added to its output. */
export function isResidual(block: MobileBlock): boolean {
  return block.stride === 1 && block.inputs === block.filters;
}
