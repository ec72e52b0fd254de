// npm run --silent cli -- COMMAND...: the program without a window. Standard output is the command's alone.
import { join } from 'node:path';
import { ensureBuilt } from './ensureBuilt.mjs';
import { programEnvironment } from './environment.mjs';
import { root } from './places.mjs';
import { attach } from './run.mjs';
import { command, setUp } from './prepare.mjs';

await command(async () => {
  await setUp({ window: false });
  await ensureBuilt();
  const cwd = process.env['INIT_CWD'] ?? process.cwd();
  return attach(process.execPath, [join(root, 'dist', 'cli', 'index.js'), ...process.argv.slice(2)], {
    cwd,
    env: programEnvironment(),
  });
});
