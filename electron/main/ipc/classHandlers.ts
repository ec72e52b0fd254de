import type { classCalls } from '#shared/ipc/calls/class';
import type { Emit } from '../events';
import type { Workspace } from '../store/workspace';
import type { HandlersOf } from './router';

export interface ClassHandlerParts {
  readonly workspace: Workspace;
  readonly emit: Emit;
}

/** What classes mean. */
export function classHandlers({ workspace, emit }: ClassHandlerParts): HandlersOf<typeof classCalls> {
  return {
    'class.list': () => workspace.classes.list(),
    'class.save': ({ changes }) => {
      const definitions = workspace.classes.save(changes);
      emit('classes.changed', definitions);
      return definitions;
    },
  };
}
