// npm start: opens the window; where there is no display, runs the main job headless on the sample slide.
import { join } from 'node:path';
import { ensureBuilt } from './ensureBuilt.mjs';
import { programEnvironment } from './environment.mjs';
import { root } from './places.mjs';
import { attach } from './run.mjs';
import { command, setUp } from './prepare.mjs';

await command(async () => {
  const display = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
  await setUp({ window: display });
  await ensureBuilt();
  const env = programEnvironment();
  if (!display) {
    console.error(
      'There is no display here, so the window cannot open. Classifying the sample slide without it instead.\n',
    );
    return attach(process.execPath, [join(root, 'dist', 'cli', 'index.js'), 'sample'], { env });
  }
  const { electronProgram } = await import('../provision/electron.mjs');
  const program = electronProgram();
  if (!program) throw new Error('Set-up left no Electron.');
  if (program.standIn) console.error(`Electron ${program.version} (stand-in): for trial, not for delivery.`);
  // Chromium refuses to run its sandbox as root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return attach(program.path, [root, ...asRoot, ...process.argv.slice(2)], { env });
});
