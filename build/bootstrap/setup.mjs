// npm run setup [-- --gpu] [--test] [--bench]: set-up alone.
import { command, setUp } from './prepare.mjs';

const flags = new Set(process.argv.slice(2));

await command(async () => {
  const unknown = [...flags].find((flag) => !['--gpu', '--test', '--bench'].includes(flag));
  if (unknown) {
    console.error(`"${unknown}" is no option of set-up; --gpu, --test and --bench are.`);
    return 2;
  }
  const done = await setUp({ gpu: flags.has('--gpu'), test: flags.has('--test'), bench: flags.has('--bench') });
  const { electronProgram } = await import('../provision/electron.mjs');
  const { installedTensorFlow } = await import('../provision/tensorflow.mjs');
  const tensorflow = installedTensorFlow();
  const program = electronProgram();
  console.error(done.length === 0 ? 'Set-up: nothing to do.' : 'Set-up: done.');
  console.error(
    `TensorFlow ${tensorflow?.version} (${tensorflow?.build}, ${tensorflow?.route}), Electron ${program?.version}${program?.standIn ? ' (stand-in)' : ''}.`,
  );
  return 0;
});
