// Counts what a walk sees: each check says one line, a failed one does not end the walk.

export function openChecks(log = console.log) {
  const failed = [];
  let passed = 0;
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s`;
  return {
    /** @param {() => unknown} see  throws, or returns false, when it does not hold; its text is added to the line */
    check: async (sentence, see) => {
      try {
        const seen = await see();
        if (seen === false) throw new Error('it does not');
        passed += 1;
        log(`${seconds()}  ok    ${sentence}${typeof seen === 'string' ? ` (${seen})` : ''}`);
      } catch (error) {
        failed.push(sentence);
        log(
          `${seconds()}  FAIL  ${sentence}\n         ${String(error?.message ?? error)
            .split('\n')
            .slice(0, 12)
            .join('\n         ')}`,
        );
      }
    },
    leaveOut: (sentence, reason) => log(`${seconds()}  left out  ${sentence}: ${reason}`),
    note: (text) => log(`${seconds()}  ${text}`),
    /** @returns {number} exit code */
    sumUp: () => {
      log(
        `\n${passed} checks passed, ${failed.length} failed${failed.length > 0 ? `:\n  ${failed.join('\n  ')}` : ''}`,
      );
      return failed.length === 0 ? 0 : 1;
    },
  };
}
