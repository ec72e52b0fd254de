import type { Proportion } from '#shared/domain/evaluation';

const count = new Intl.NumberFormat('en');

/** 12840 -> "12,840" */
export function formatCount(value: number): string {
  return count.format(value);
}

/** 1, "cell" -> "1 cell"; 214, "cell" -> "214 cells" */
export function formatCounted(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A share as percent with one digit: 0.593 -> "59.3 %" */
export function formatShare(value: number | null): string {
  return value === null ? '–' : `${(100 * value).toFixed(1)} %`;
}

/** "95.2 % (94.0–96.2, n = 1,440)" */
export function formatProportion({ value, low, high, n }: Proportion): string {
  return value === null
    ? 'no images'
    : `${formatShare(value)} (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}, n = ${formatCount(n)})`;
}

/** 83 -> "1 min 23 s" */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${String(whole)} s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`;
  return `${String(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60))} min`;
}

/** ISO time -> the user's own date and time. */
export function formatTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** Bytes as GiB with one digit. */
export function formatMemory(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** The name of a file at the end of a path, of whichever system. */
export function fileOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
