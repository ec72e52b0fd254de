const WITHIN_MS = 60_000;
const MOST = 3;

interface RevivalParts {
  readonly reload: () => void;
  readonly quit: () => void;
  /** Asks the user whether to try again: false means quit. */
  readonly ask: () => Promise<boolean>;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** What to do whenever the window's page dies: loads it again, but asks after the third time in a minute, since a page that dies as it loads would be loaded for ever. */
export function windowRevival({ reload, quit, ask, now = Date.now }: RevivalParts): () => Promise<void> {
  let deaths: number[] = [];
  return async () => {
    const at = now();
    deaths = [...deaths.filter((each) => at - each < WITHIN_MS), at];
    if (deaths.length > MOST) {
      if (!(await ask())) {
        quit();
        return;
      }
      deaths = [];
    }
    reload();
  };
}
