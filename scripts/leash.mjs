// Runs a command that must not outlive whoever started it, not even when that one is killed outright.
// Usage: node leash.mjs COMMAND ARGS…, in its own process group, with a pipe as standard input: when the
// pipe closes, the whole group ends. (Plain Node 20, no dependencies: it also runs before anything is installed.)
import { spawn } from 'node:child_process';

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
let ending = false;

function end() {
  if (ending) return;
  ending = true;
  process.kill(-process.pid, 'SIGTERM');
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), 3000);
}

process.stdin.resume();
process.stdin.on('end', end).on('error', end).on('close', end);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);
child.on('error', (error) => {
  console.error(`Could not start ${command}: ${error.message}`);
  process.exit(127);
});
child.on('exit', (code, signal) => {
  if (!ending) process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));
  // The group may still hold grandchildren: a moment of grace, then SIGKILL for them and for us.
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), 300);
});
