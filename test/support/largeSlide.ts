import { STANDARD_CLASSES } from '#shared/domain/standardClasses';
import { makeSlidesOf } from './slide';

/** Makes a workspace with finished slides of so many cells each, of the standard classes in turn. */
export function makeLargeSlide(folder: string, count: number, names: readonly string[] = ['large']): void {
  makeSlidesOf(folder, names, count, (id) => {
    const confidence = ((id * 7919) % 10_000) / 10_000;
    const topClassId = STANDARD_CLASSES[id % STANDARD_CLASSES.length]?.id ?? 'neutrophil';
    return { topClassId, confidence, classId: confidence < 0.02 ? null : topClassId };
  });
}
