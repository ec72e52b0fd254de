import { z } from 'zod';

/** Of a call without arguments, or without a result. */
export const nothing = z.null();

/** A path on this machine. */
export const path = z.string().min(1).max(32_768);
