// Virtual environments with the independent peers of tests and benchmarks.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, root, sha256 } from '../bootstrap/places.mjs';
import { run, SetupError } from '../bootstrap/run.mjs';
import { pythonWithPip } from './download.mjs';

/** @param {'test' | 'bench'} purpose */
function environmentFolder(purpose) {
  const requirements = readFileSync(join(root, 'build', 'provision', `${purpose}-requirements.txt`), 'utf8');
  return join(cacheFolder(), `python-${purpose}-${sha256(requirements).slice(0, 12)}`);
}

/** The Python of an environment. @param {'test' | 'bench'} purpose */
export function pythonOf(purpose) {
  return join(environmentFolder(purpose), 'bin', 'python');
}

/**
 * @param {'test' | 'bench'} purpose
 * @returns {import('../bootstrap/steps.mjs').Step}
 */
export function pythonEnvironment(purpose) {
  const complete = () => join(environmentFolder(purpose), 'complete');
  return {
    name: `Python peers (${purpose})`,
    isDone: () => existsSync(complete()),
    run: async (say) => {
      const python = pythonWithPip();
      if (!python)
        throw new SetupError(
          'The tests need Python 3 with pip and venv (Debian: apt-get install python3-pip python3-venv).',
        );
      const folder = environmentFolder(purpose);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(cacheFolder(), { recursive: true });
      await run(python, ['-m', 'venv', folder], { remedy: 'Debian: apt-get install python3-venv' });
      say('installing packages');
      await run(
        pythonOf(purpose),
        [
          '-m',
          'pip',
          'install',
          '--quiet',
          '--requirement',
          join(root, 'build', 'provision', `${purpose}-requirements.txt`),
        ],
        {
          remedy: 'Is there a network, or a PyPI mirror in pip’s configuration? Then run set-up again.',
        },
      );
      writeFileSync(`${complete()}.part`, '');
      renameSync(`${complete()}.part`, complete());
    },
  };
}
