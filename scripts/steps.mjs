// Runs named steps one after another, says of each whether it passed, failed or was skipped and why, and sums up.

/**
 * @param steps list of { name, skip?: () => reason | undefined, run: () => Promise<exit code> }
 * @returns the number of failed steps; the last line printed is "N passed, N failed" (", N skipped")
 */
export async function runSteps(steps) {
  const results = [];
  for (const step of steps) {
    const reason = await step.skip?.();
    if (reason) {
      results.push({ name: step.name, outcome: 'skipped', note: reason });
      console.log(`\n── ${step.name}: skipped, ${reason}`);
      continue;
    }
    console.log(`\n── ${step.name}`);
    const started = Date.now();
    const code = await step.run();
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    results.push({
      name: step.name,
      outcome: code === 0 ? 'passed' : 'failed',
      note: `${seconds} s${code === 0 ? '' : `, exit ${code}`}`,
    });
  }
  const count = (outcome) => results.filter((result) => result.outcome === outcome).length;
  console.log('');
  for (const { name, outcome, note } of results) console.log(`${outcome.padEnd(8)} ${name} (${note})`);
  const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
  console.log(`\n${count('passed')} passed, ${count('failed')} failed${skipped}`);
  return count('failed');
}
