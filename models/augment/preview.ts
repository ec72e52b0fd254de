import { Transformer } from '@napi-rs/image';
import { FailureError } from '#shared/domain/failure';
import { pipelineAtStrength, type AugmentationPipeline } from '#shared/domain/augmentationPipeline';
import { Graph } from '../graph/graph';
import { cast } from '../graph/operations/shape';
import { Session } from '../graph/session';
import { fileFailure } from '../files/systemErrors';
import { decodeFile } from '../data/decodeFile';
import { FolderRanges } from '../data/folderRanges';
import { allSettledOrThrow } from '../data/prepareAhead';
import { addAugmentation } from './augment';
import { estimateStaining } from './stainBasis';
import { lacksStaining, withStaining } from './staining';

interface PreviewOptions {
  /** RGB bytes [n, side, side, 3]: what one batch holds. Images beyond the first matter where images are mixed. */
  readonly pixels: Uint8Array;
  readonly side: number;
  readonly pipeline: AugmentationPipeline;
  /** Each is fed as training feeds it: the number of the run and that of the batch. */
  readonly seeds: readonly (readonly [run: number, batch: number])[];
}

/** White between the pictures of a grid, pixels. */
const GAP = 4;

/**
 * What a pipeline makes of a batch, by the graph that trains: for each seed RGB bytes [n, side, side, 3], the values that a network would get, rounded.
 * A staining that is to be estimated is that of these images. The arrays are the caller's.
 */
export function previewAugmentation({ pixels, side, pipeline, seeds }: PreviewOptions): Uint8Array[] {
  const count = pixels.length / (side * side * 3);
  if (!Number.isInteger(count) || count < 1) throw new RangeError('The pixels do not fill the images.');
  const graph = new Graph();
  const input = graph.placeholder('pixels', 'uint8', [null, side, side, 3]);
  const labels = graph.placeholder('labels', 'float32', [null, 1]);
  const seed = graph.placeholder('seed', 'int32', [2]);
  const values = cast(graph, 'values', input, 'float32');
  const output = addAugmentation(graph, { pixels: values, labels, seed }, stained(pipeline, pixels, count)).pixels;
  const session = Session.open(graph);
  try {
    return seeds.map((each) => {
      const feeds = [
        { tensor: input, shape: [count, side, side, 3], data: pixels },
        { tensor: labels, shape: [count, 1], data: new Float32Array(count).fill(1) },
        { tensor: seed, shape: [2], data: Int32Array.from(each) },
      ];
      const [result] = session.run(feeds, [output]);
      if (!result) throw new Error('The graph gave no pixels.');
      return Uint8Array.from(result, Math.round);
    });
  } finally {
    session.close();
  }
}

/** The pipeline with the staining of `count` images, where it is to be estimated. */
function stained(pipeline: AugmentationPipeline, pixels: Uint8Array, count: number): AugmentationPipeline {
  if (!lacksStaining(pipeline)) return pipeline;
  const length = pixels.length / count;
  const images = Array.from({ length: count }, (_, image) => pixels.subarray(image * length, (image + 1) * length));
  return withStaining(pipeline, estimateStaining(images));
}

interface GridOptions extends PreviewOptions {
  /** The pipeline is shown at each of them; at 1 it is as it is written. */
  readonly strengths: readonly number[];
}

interface FileOptions extends Omit<GridOptions, 'pixels'> {
  readonly paths: readonly string[];
}

/** A PNG of what a pipeline makes of image files, which are read as for a network: see previewGrid. FailureError `unreadable-image` names the file; `invalid-argument` as pipelineAtStrength. */
export async function previewFiles({ paths, ...options }: FileOptions): Promise<Uint8Array> {
  const ranges = new FolderRanges();
  const images = await allSettledOrThrow(
    paths.map(async (path) => {
      try {
        return await decodeFile(path, options.side, ({ pixels }) => Promise.resolve(pixels), { ranges });
      } catch (error) {
        throw FailureError.from(fileFailure(path, error));
      }
    }),
  );
  return previewGrid({ ...options, pixels: new Uint8Array(Buffer.concat(images)) });
}

/** A PNG of a preview. For each strength and image there is a row: the image as it is, then what each seed makes of it. */
async function previewGrid({ strengths, ...options }: GridOptions): Promise<Uint8Array> {
  const { pixels, side, pipeline, seeds } = options;
  const length = side * side * 3;
  const rows = strengths.flatMap((strength) => {
    const results = previewAugmentation({ ...options, pipeline: pipelineAtStrength(pipeline, strength) });
    return Array.from({ length: pixels.length / length }, (_, image) =>
      [pixels, ...results].map((batch) => batch.subarray(image * length, (image + 1) * length)),
    );
  });
  const width = (seeds.length + 1) * (side + GAP) + GAP;
  const height = rows.length * (side + GAP) + GAP;
  const picture = new Uint8Array(width * height * 4).fill(255);
  for (const [row, images] of rows.entries()) {
    for (const [column, image] of images.entries()) {
      draw(picture, width, image, side, GAP + column * (side + GAP), GAP + row * (side + GAP));
    }
  }
  return Transformer.fromRgbaPixels(picture, width, height).png();
}

/** Copies RGB bytes [side, side, 3] to a place in RGBA bytes. */
function draw(picture: Uint8Array, width: number, image: Uint8Array, side: number, left: number, top: number): void {
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = (y * side + x) * 3;
      picture.set(image.subarray(from, from + 3), ((top + y) * width + left + x) * 4);
    }
  }
}
