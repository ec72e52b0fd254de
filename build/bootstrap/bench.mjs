// npm run bench [-- PART... FOLDER_PER_CLASS]: this program beside its peers, on this machine, in one run; each figure with its ratio. Fails where a peer does not run the same network.
// npm run bench -- choice FOLDER_PER_CLASS [WORK]: accuracy and cost of input sizes, features and heads of quick training. WORK keeps what is done, so that a run that was stopped goes on.
import { join } from 'node:path';
import { root } from './places.mjs';
import { command, setUp } from './prepare.mjs';
import { attach } from './run.mjs';

const args = process.argv.slice(2);
await command(async () => {
  await setUp(args[0] === 'choice' ? { window: false } : { bench: true });
  const script = [join(root, 'build', 'bootstrap', 'typescript.mjs'), join(root, 'build', 'bench', 'index.ts')];
  return attach(process.execPath, [...script, ...args]);
});
