import { z } from 'zod';
import { deviceReportSchema } from '../../domain/device';
import { modelIdSchema } from '../../domain/ids';
import { settingsChangeSchema, settingsSchema } from '../../domain/settings';
import { nothing } from './values';

/** Most that the window may say of a fault of its own, characters. */
export const LARGEST_FAULT = 20_000;

/** Calls about the program itself: its state, settings, workspace and the system’s dialogs. */
export const appCalls = {
  'app.state': {
    args: nothing,
    result: z.object({
      version: z.string(),
      electron: z.string(),
      workspace: z.string(),
      settings: settingsSchema,
      /** Null until the compute process has answered. */
      device: deviceReportSchema.nullable(),
      liveModelId: modelIdSchema,
    }),
  },
  /** Writes a fault of the window into the log, and tells the user of the first one. */
  'app.logFault': { args: z.object({ text: z.string().max(LARGEST_FAULT) }), result: nothing },
  'app.openLogFolder': { args: nothing, result: nothing },
  'settings.set': { args: settingsChangeSchema, result: settingsSchema },
  /** Lets the user choose another workspace folder and restarts the program with it; false if they changed their mind. */
  'workspace.choose': { args: nothing, result: z.boolean() },
  /** The system's folder picker; empty if the user changed their mind. */
  'dialog.pickFolders': { args: z.object({ multiple: z.boolean() }), result: z.array(z.string()) },
  /** The system's file picker; null if the user changed their mind. `name` says what the extensions (without dot) are. */
  'dialog.pickFile': {
    args: z.object({ name: z.string().max(80), extensions: z.array(z.string().regex(/^\w+$/)).min(1).max(8) }),
    result: z.string().nullable(),
  },
} as const;
