import { vi } from 'vitest';

const nothing = (): void => undefined;

/** jsdom draws nothing: gives canvases a context that takes every call, and the media query that charts ask for. What a chart looks like, the end-to-end tests see. */
export function standInCanvas(): void {
  const context = new Proxy<Record<string | symbol, unknown>>(
    {},
    { get: (target, key) => target[key] ?? (key === 'measureText' ? () => ({ width: 10 }) : nothing) },
  );
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(() => context as never);
  vi.stubGlobal('matchMedia', () => ({ addEventListener: nothing, removeEventListener: nothing }));
  vi.stubGlobal(
    'Path2D',
    class {
      readonly moveTo = nothing;
      readonly lineTo = nothing;
      readonly arc = nothing;
      readonly rect = nothing;
      readonly closePath = nothing;
      readonly addPath = nothing;
    },
  );
}
