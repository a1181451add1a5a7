// Kills `npm start` outright at several points, and checks that it leaves no process and no dirt. Linux only:
// every process is known by a mark in its environment.
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './bootstrap.mjs';

const statusOf = () => spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).stdout.trim();
const statusBefore = statusOf();
let failed = 0;
for (const [signal, seconds] of [
  ['SIGKILL', 4],
  ['SIGINT', 9],
  ['SIGTERM', 14],
  ['SIGKILL', 20],
]) {
  const mark = randomUUID();
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    env: { ...process.env, PAWL_MARK: mark },
    stdio: 'ignore',
  });
  await sleep(seconds * 1000);
  const before = marked(mark).length;
  child.kill(signal);
  let left = marked(mark);
  for (let waited = 0; left.length > 0 && waited < 80; waited++) {
    await sleep(100);
    left = marked(mark);
  }
  const dirty = statusOf() !== statusBefore;
  const well = left.length === 0 && !dirty;
  if (!well) failed += 1;
  console.log(
    `${well ? 'passed' : 'failed'}: ${signal} after ${seconds} s: ${before} processes before, ${left.length} left, the clone is ${dirty ? 'dirty' : 'as it was'}`,
  );
  for (const pid of left) console.log(`  ${pid} ${commandOf(pid)}`);
}
process.exit(failed === 0 ? 0 : 1);

function marked(mark) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`PAWL_MARK=${mark}`);
      } catch {
        return false;
      }
    });
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return 'gone';
  }
}
