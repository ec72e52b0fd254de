// The npm packages, without their install scripts: those that matter have a step of their own here.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, sha256 } from '../bootstrap/places.mjs';
import { run } from '../bootstrap/run.mjs';

const stamp = join(root, 'node_modules', '.smearscope-packages');

const wanted = () => sha256(readFileSync(join(root, 'package-lock.json')));

/** @type {import('../bootstrap/steps.mjs').Step} */
export const packages = {
  name: 'Packages',
  isDone: () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted(),
  run: async (say) => {
    say('npm ci');
    rmSync(stamp, { force: true });
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: root,
      remedy: 'Is there a network (or an npm mirror in npm’s configuration), and 2 GB of space? Then run set-up again.',
    });
    writeFileSync(stamp, wanted());
  },
};
