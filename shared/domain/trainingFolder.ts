import { z } from 'zod';
import { failureSchema } from './failure';
import { classLevelSchema, folderReadingSchema, joinedFoldersSchema } from './folderLayout';
import { passedOverSchema } from './passedOver';

/** What a folder of labelled images holds, before anything is trained on it. */
export const trainingFolderSchema = z.object({
  folder: z.string(),
  reading: folderReadingSchema,
  /** The levels of its folders, the outermost first, such as `part / class / slide`; null while that is asked. */
  layout: z.string().nullable(),
  classes: z.array(z.object({ classId: z.string(), images: z.int() })),
  /** Patients or slides that are told apart by folders. */
  groups: z.int(),
  /** Images of each set, where folders give them. */
  parts: z.object({ training: z.int(), validation: z.int(), test: z.int() }).nullable(),
  passedOver: z.array(passedOverSchema),
  warnings: z.array(z.string()),
  /** What a person has to say before a training; `joins` or `choices` have it as data. */
  question: failureSchema.nullable(),
  /** Folders side by side that would become one class. */
  joins: z.array(joinedFoldersSchema),
  /** Levels that may be the classes. */
  choices: z.array(classLevelSchema),
});

export type TrainingFolder = z.infer<typeof trainingFolderSchema>;
