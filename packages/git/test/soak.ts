// The storm at full size, as a program: prints what it saw, and fails on any breach. `npm run soak`.
import { unleash } from './storm.ts';

const numberOf = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);
const storm = {
  writers: numberOf('SOAK_WRITERS', 32),
  runsEach: numberOf('SOAK_RUNS', 20),
  kills: numberOf('SOAK_KILLS', 20),
  readers: numberOf('SOAK_READERS', 2),
  compactEvery: 1000,
};
console.log(
  `${storm.writers} writers × ${storm.runsEach} runs, ${storm.readers} readers, a compactor every second, ${storm.kills} to be killed`,
);
const began = Date.now();
const after = await unleash(storm);
const seconds = (Date.now() - began) / 1000;

const expected = JSON.stringify(after.written.toSorted());
const once = (ids: readonly string[]): boolean => JSON.stringify(ids.toSorted()) === expected;
const checks: readonly (readonly [string, boolean])[] = [
  [`${after.written.length} runs were acknowledged`, after.written.length === storm.writers * storm.runsEach],
  ['each of them once in data and inbox together', once(after.kept)],
  ['each of them once in the data after the last compaction', once(after.inData)],
  ['each of them once in the index', once(after.listed)],
  [
    `verified: ${after.verified.runs} runs, ${after.verified.state}`,
    after.verified.state === 'sound' && after.verified.runs === after.written.length,
  ],
  ['nothing left in inbox and quarantine', after.inboxRefs === ''],
  ['git fsck --strict is clean', after.fsck === ''],
  [
    `readers looked ${after.looks} times and read ${after.reads} runs, ${after.partial.length} of them partial`,
    after.partial.length === 0 && after.reads > 0,
  ],
  [`${after.killed} of ${after.compactors} compactors were killed`, after.killed >= storm.kills],
];
for (const [what, holds] of checks) console.log(`${holds ? 'ok    ' : 'BREACH'} ${what}`);
const breaches = checks.filter(([, holds]) => !holds).length;
console.log(
  `${seconds.toFixed(0)} s, ${(after.written.length / seconds).toFixed(1)} runs a second, ${breaches} breaches`,
);
process.exitCode = breaches === 0 ? 0 : 1;
