/**
 * Folder in each of a workspace's folders in which the program writes what it then renames into place, under names of its own, `smearscope-<UUID>`.
 * Nothing else is ever removed as the remains of an earlier run.
 */
export const UNFINISHED = '.unfinished';
