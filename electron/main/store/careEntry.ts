// Entry of the care process: the full check of a workspace's database, and its backup of the day. Under Electron's utilityProcess, or forked by plain Node.
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { backUpDaily, damageOf, newestSound } from './backup';
import type { CareReport } from './careReport';

/** What Electron gives a utility process to talk through. */
interface ParentPort {
  postMessage(message: unknown): void;
}

const workspace = process.argv[2];
if (workspace === undefined) throw new Error('The care process needs a workspace folder.');
const report = look(workspace);
const port: unknown = 'parentPort' in process ? process.parentPort : null;
if (typeof port === 'object' && port !== null && 'postMessage' in port) (port as ParentPort).postMessage(report);
else process.send?.(report);

/** A database that is damaged is not backed up: it would in the end take the place of the last sound backup. */
function look(folder: string): CareReport {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    const damage = damageOf(join(folder, 'smearscope.db'));
    if (damage === null) backUpDaily(folder);
    const backup = damage === null ? null : newestSound(folder);
    return { damage, backupOf: backup?.madeAt ?? null, failure: null };
  } catch (error) {
    return { damage: null, backupOf: null, failure: error instanceof Error ? error.message : String(error) };
  }
}
