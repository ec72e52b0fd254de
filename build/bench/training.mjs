// A training step beside Keras and PyTorch: the same network, size and batch, random weights and pixels, Adam.
import { bundle, median, runBundle, runPeer } from './context.mjs';

const STEPS = '12';

/** @typedef {{ name: string, script: string, args: string[] }} Peer */

/** @type {Peer[]} */
const TORCH = ['float32', 'bfloat16'].map((precision) => ({
  name: `PyTorch ${precision}`,
  script: 'torch_training.py',
  args: ['128', '32', STEPS, precision],
}));

/** @type {{ title: string, args: string[], peers: Peer[] }[]} */
const CASES = [
  { title: 'EfficientNetB2, all layers', args: ['b2', '96', '32', STEPS], peers: [] },
  { title: 'EfficientNetB2, all layers', args: ['b2', '260', '8', STEPS], peers: [] },
  { title: 'Lite0, all layers', args: ['lite0', '128', '32', STEPS], peers: TORCH },
  { title: 'Reference recipe, frozen B2', args: ['reference', '260', '32', STEPS], peers: [] },
];

/** @param {import('./context.mjs').Context} context */
export async function training(context) {
  await bundle('training');
  for (const { title, args, peers } of CASES) {
    const ours = await runBundle(context, 'training', args);
    const mine = median(ours.milliseconds);
    const told = [];
    for (const peer of [{ name: 'Keras', script: 'keras_training.py', args }, ...peers]) {
      const found = await runPeer(context, peer.script, peer.args);
      const theirs = median(found.milliseconds);
      told.push(`${peer.name} ${found.version} ${theirs.toFixed(1)} (ratio ${(mine / theirs).toFixed(2)})`);
    }
    const [, size, batch] = args;
    console.log(
      `Training step, ${title}, ${size} px, batch ${batch}, median of ${STEPS}: ours ${mine.toFixed(1)} ms an image, ${told.join(', ')}; resident memory ${ours.memory.join(' to ')} MiB`,
    );
  }
}
