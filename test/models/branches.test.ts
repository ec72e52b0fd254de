import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Session } from '#models/graph/session';
import { filledUp } from '#models/inference/branches';
import { Classifier } from '#models/inference/classifier';
import { decodeImage } from '#models/data/decode';
import { modelGraph } from '#models/inference/modelGraph';
import { SAMPLE_SLIDE } from '../support/data';
import { samplesOf, trainSmall } from '../support/quickModel';
import { expectSameProbabilities } from '../support/rounding';
import { smallModel } from '../support/smallModel';
import { temporaryFolder } from '../support/temporary';

const PRETRAINED = 'models/pretrained';

describe('a network that stands in its graph twice, for half of a batch each', () => {
  it.each(['quick', 'whole'] as const)(
    'says of every image what it says alone, of batches even and odd: a %s one',
    async (kind) => {
      const folder = await temporaryFolder();
      if (kind === 'quick') await trainSmall(folder, await samplesOf('lymphocyte', 'neutrophil'));
      else await smallModel(folder);
      const model = join(folder, 'models', 'small');
      const plain = await modelGraph(model, PRETRAINED);
      const { inputSize: side, temperature } = plain.card;
      const names = (await readdir(SAMPLE_SLIDE)).sort().slice(0, 8);
      const images = await Promise.all(
        names.map(async (name) => (await decodeImage(await readFile(join(SAMPLE_SLIDE, name)), side)).pixels),
      );
      const session = Session.open(plain.graph);
      const alone = images.map((data) => {
        const [probabilities, logits] = session.run(
          [{ tensor: plain.pixels, shape: [1, side, side, 3], data }],
          [plain.probabilities, plain.logits],
        );
        return { probabilities: Array.from(probabilities ?? []), logits: Array.from(logits ?? []) };
      });
      session.close();
      const classifier = await Classifier.open(model, PRETRAINED, { precision: 'float32' });
      for (const count of [8, 7, 2, 1]) {
        const pixels = Uint8Array.from(Buffer.concat(images.slice(0, count)));
        const told = classifier.classify(pixels, count);
        expect(told).toHaveLength(count);
        told.forEach(({ probabilities }, row) => {
          const each = alone[row] ?? { probabilities: [], logits: [] };
          expectSameProbabilities([...probabilities], each.probabilities, { ...each, temperature });
        });
      }
      classifier.close();
    },
  );

  it('copies a batch only where it must fill it up', () => {
    const pixels = Uint8Array.from({ length: 6 }, (_, index) => index);
    expect(filledUp(pixels, 2, 2).pixels).toBe(pixels);
    expect(filledUp(pixels, 3, 1).pixels).toBe(pixels);
    expect(filledUp(pixels, 3, 2)).toEqual({ count: 4, pixels: Uint8Array.of(0, 1, 2, 3, 4, 5, 0, 0) });
  });
});
