import { expect, it } from 'vitest';
import type { Unlike } from '#shared/domain/unlike';
import { slideNotice } from '#shared/domain/slideNotice';

const noticeOf = (classified: number, counts: Partial<Record<Unlike, number>>): string | null => {
  const unlike = { picture: 0, class: 0, swapped: 0, field: 0, ...counts };
  const rest = { machine: {}, reviewed: {}, machineUnidentified: 0, reviewedUnidentified: 0, seen: 0 };
  return slideNotice({ classified, counts: { ...rest, unlike } });
};

it('a slide most of whose pictures are strange says so, and what it looks like', () => {
  expect(noticeOf(16, { picture: 16, swapped: 15 })).toMatch(/^Colours look swapped: 16 of 16 pictures/);
  expect(noticeOf(10, { picture: 9, field: 8 })).toMatch(/^Whole fields, it seems/);
  expect(noticeOf(10, { picture: 6, field: 1, swapped: 2 })).toMatch(/^Another stain or scanner/);
});

it('a slide of which half is familiar says nothing, and neither does an empty one', () => {
  expect(noticeOf(10, { picture: 5, swapped: 5 })).toBeNull();
  expect(noticeOf(10, { class: 10 })).toBeNull();
  expect(noticeOf(0, {})).toBeNull();
});
