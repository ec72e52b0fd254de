import { STANDARD_CLASSES } from '#shared/domain/standardClasses';
import { makeSlideOf } from './slide';

/** Makes a workspace with one finished slide of so many cells of the standard classes in turn. */
export function makeLargeSlide(folder: string, count: number): void {
  makeSlideOf(folder, 'large', count, (id) => {
    const confidence = ((id * 7919) % 10_000) / 10_000;
    const topClassId = STANDARD_CLASSES[id % STANDARD_CLASSES.length]?.id ?? 'neutrophil';
    return { topClassId, confidence, classId: confidence < 0.02 ? null : topClassId };
  });
}
