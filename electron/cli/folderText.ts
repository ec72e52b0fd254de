import { passedOverText } from '#shared/domain/passedOver';
import type { TrainingFolder } from '#shared/domain/trainingFolder';

/** What a folder of labelled images holds and how it is read, a line for each fact. */
export function folderText({ layout, classes, groups, parts, passedOver, warnings }: TrainingFolder): string[] {
  return [
    ...(layout === null || layout === 'class'
      ? []
      : [`folders are read as ${layout}${groups > 0 ? `, ${String(groups)} groups` : ''}`]),
    classes.map(({ classId, images }) => `${classId} ${String(images)}`).join(', '),
    ...(parts === null
      ? []
      : [
          `sets given by folders: training ${String(parts.training)}, validation ${String(parts.validation)}, test ${String(parts.test)}`,
        ]),
    ...passedOver.map((each) => `passed over: ${passedOverText(each)}`),
    ...warnings,
  ];
}
