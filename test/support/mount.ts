import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Whether small memory disks can be made here, which takes the right to mount: full disks and read-only ones are made of them. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'smearscope-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Mounts a memory disk on a folder for the rest of a test. `options` as mount takes them, such as `size=1m` or `ro`. */
export function mountDisk(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  // Tests clean up in reverse order, so the disk goes before the folder that it stands in; even if a failed test left a file open on it.
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
}

/** Gives a mounted disk another size. */
export function resizeDisk(folder: string, size: string): void {
  execFileSync('mount', ['-o', `remount,size=${size}`, folder]);
}
