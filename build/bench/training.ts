// A training step beside Keras and PyTorch: the same network, size and batch, random weights and pixels, Adam.
import { z } from 'zod';
import { bundle, median, runBundle, runPeer, type Part, print } from './context';

const STEPS = '12';

interface Peer {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
}

const peerSchema = z.object({ milliseconds: z.array(z.number()), version: z.string() });
const oursSchema = z.object({ milliseconds: z.array(z.number()), memory: z.array(z.number()) });

const TORCH: readonly Peer[] = ['float32', 'bfloat16'].map((precision) => ({
  name: `PyTorch ${precision}`,
  script: 'torch_training.py',
  args: ['128', '32', STEPS, precision],
}));

const CASES: readonly { title: string; args: readonly string[]; peers: readonly Peer[] }[] = [
  { title: 'EfficientNetB2, all layers', args: ['b2', '96', '32', STEPS], peers: [] },
  { title: 'EfficientNetB2, all layers', args: ['b2', '260', '8', STEPS], peers: [] },
  { title: 'Lite0, all layers', args: ['lite0', '128', '32', STEPS], peers: TORCH },
  { title: 'Reference recipe, frozen B2', args: ['reference', '260', '32', STEPS], peers: [] },
];

/** Prints the time of each and its ratio to the peers'. */
export const training: Part = async (context) => {
  await bundle('training');
  for (const { title, args, peers } of CASES) {
    const ours = await runBundle(context, 'training', args, oursSchema);
    const mine = median(ours.milliseconds);
    const beside: string[] = [];
    for (const peer of [{ name: 'Keras', script: 'keras_training.py', args }, ...peers]) {
      const found = await runPeer(context, peer.script, peer.args, peerSchema);
      const theirs = median(found.milliseconds);
      beside.push(`${peer.name} ${found.version} ${theirs.toFixed(1)} (ratio ${(mine / theirs).toFixed(2)})`);
    }
    const [, size, batch] = args;
    print(
      `Training step, ${title}, ${size ?? ''} px, batch ${batch ?? ''}, median of ${STEPS}: ours ${mine.toFixed(1)} ms an image, ${beside.join(', ')}; resident memory ${ours.memory.join(' to ')} MiB`,
    );
  }
};
