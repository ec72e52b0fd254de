import { FailureError } from '#shared/domain/failure';

const SAVE_AGAIN = 'Open the file in an image viewer; save it again as PNG or JPEG, or take it from its source again.';

/** What is wrong with an image, in the user's words. */
export function unreadable(message: string, hint = SAVE_AGAIN): FailureError {
  return new FailureError('unreadable-image', message, hint);
}

/** An image whose data cannot be decoded; `error` is what the decoder said. */
export function damaged(error: unknown): FailureError {
  const detail = error instanceof Error ? error.message.replace(/^Decode image failed\s*/i, '') : String(error);
  return unreadable(`The image cannot be decoded: it is cut short or damaged (${detail}).`);
}
