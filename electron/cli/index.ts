import { Command, CommanderError } from 'commander';
import { storeFailure } from '#main/store/database';
import { FailureError } from '#shared/domain/failure';
import { RESEARCH_USE_LINE } from '#shared/domain/settings';
import { addAugment } from './commands/augment';
import { addClasses } from './commands/classes';
import { addClassify } from './commands/classify';
import { addDevice } from './commands/device';
import { addEvaluate } from './commands/evaluate';
import { addExport } from './commands/export';
import { addImport } from './commands/import';
import { addLayers } from './commands/layers';
import { addModels } from './commands/models';
import { addReference } from './commands/reference';
import { addRuns } from './commands/runs';
import { addSample } from './commands/sample';
import { addTrain } from './commands/train';
import { addWorkspace } from './commands/workspace';
import { EXIT } from './exit';
import { PROGRAM } from './typed';

/** In the order of the help. */
const COMMANDS = [
  addClassify,
  addTrain,
  addRuns,
  addLayers,
  addExport,
  addImport,
  addEvaluate,
  addReference,
  addAugment,
  addModels,
  addClasses,
  addDevice,
  addSample,
  addWorkspace,
];

function program(): Command {
  const root = new Command(PROGRAM)
    .description(`Classifies blood-smear images and trains classifiers. ${RESEARCH_USE_LINE}`)
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 all done, 1 failed, 2 wrong usage, 3 done but some files were unreadable, 130 stopped by Ctrl-C.',
    );
  // Commands inherit what the root is told about errors only if they are made by it.
  for (const add of COMMANDS) add(root);
  return root;
}

try {
  await program().parseAsync();
} catch (raw) {
  const error = storeFailure('smearscope.db', raw);
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  } else if (error instanceof FailureError) {
    process.stderr.write(`${error.failure.message}\n${error.failure.hint}\n`);
    process.exitCode = error.failure.code === 'invalid-argument' ? EXIT.usage : EXIT.failed;
  } else {
    // A person reads what happened and what to do; the stack is for whoever mends it.
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    process.stderr.write(
      `The command stopped over a fault of the program: ${message}\nRun it again; if this comes back, report it with the lines below.\n${stack ?? ''}\n`,
    );
    process.exitCode = EXIT.failed;
  }
}
