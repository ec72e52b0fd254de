// Debian's libraries that Electron's window needs, and a virtual display for its tests.
import { spawnSync } from 'node:child_process';
import { answers, run } from '../bootstrap/run.mjs';

const WINDOW = ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libatk-bridge2.0-0'];
const TESTS = ['xvfb', 'xauth'];

/**
 * @param {{ test: boolean }} options
 * @returns {import('../bootstrap/steps.mjs').Step}
 */
export function systemLibraries({ test }) {
  const missing = () => {
    if (process.platform !== 'linux' || !answers('dpkg-query', ['--version'])) return [];
    return [...WINDOW, ...(test ? TESTS : [])].filter((name) => !isInstalled(name) && !isInstalled(`${name}t64`));
  };
  let told = false;
  return {
    name: 'System libraries',
    isDone: () => told || missing().length === 0,
    run: async (say) => {
      const command = `apt-get install -y --no-install-recommends ${missing().join(' ')}`;
      if (process.getuid?.() === 0) {
        say(missing().join(' '));
        await run('apt-get', ['update', '-qq'], { remedy: 'Is there a network, or a Debian mirror in /etc/apt?' });
        const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
        await run('sh', ['-c', command], { env, remedy: `Run it by hand to see why: ${command}` });
      } else {
        told = true;
        say(`missing: the window needs them. Run once: sudo ${command}`);
      }
    },
  };
}

/** @param {string} name */
function isInstalled(name) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return stdout.includes('install ok installed');
}
