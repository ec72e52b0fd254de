import { join } from 'node:path';

/** Files that come with the program. */
export interface Resources {
  readonly pretrained: string;
  readonly starter: string;
  readonly sampleSlide: string;
  /** One of the sample slide's images. */
  readonly goodImage: string;
  readonly computeEntry: string;
  readonly careEntry: string;
  readonly preload: string;
  readonly renderer: string;
}

/** @param root the folder that holds package.json */
export function resourcesIn(root: string): Resources {
  return {
    pretrained: join(root, 'models', 'pretrained'),
    starter: join(root, 'models', 'starter'),
    sampleSlide: join(root, 'samples', 'slide'),
    goodImage: join(root, 'samples', 'slide', 'BNE_225758.jpg'),
    computeEntry: join(root, 'dist', 'compute', 'index.js'),
    careEntry: join(root, 'dist', 'care', 'index.js'),
    preload: join(root, 'dist', 'preload', 'index.cjs'),
    renderer: join(root, 'dist', 'renderer'),
  };
}
