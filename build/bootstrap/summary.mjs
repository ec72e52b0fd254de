// Adds up what the parts of the test command report.

/**
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 */

/**
 * What a Vitest run with the JSON reporter came to. A run that executed nothing, or that Vitest calls failed although no test did, counts as one failure.
 * @param {unknown} report null where the runner left none
 * @param {number} exitCode
 * @returns {Outcome}
 */
export function vitestOutcome(report, exitCode) {
  const found = /** @type {{ numPassedTests?: unknown, numFailedTests?: unknown } | null} */ (
    typeof report === 'object' ? report : null
  );
  const passed = typeof found?.numPassedTests === 'number' ? found.numPassedTests : 0;
  const failed = typeof found?.numFailedTests === 'number' ? found.numFailedTests : 0;
  return failed === 0 && (exitCode !== 0 || passed === 0) ? { passed, failed: 1 } : { passed, failed };
}

/** @param {readonly Outcome[]} outcomes */
export function closingLine(outcomes) {
  const sum = (/** @type {keyof Outcome} */ key) => outcomes.reduce((total, each) => total + each[key], 0);
  return `${sum('passed')} passed, ${sum('failed')} failed`;
}
