// The deadlines of all requests under way over one timer: set for the first of them, and not anew for each request.

export interface Expiring {
  /** Of `performance.now()`. */
  readonly until: number;
  expire(): void;
}

const open = new Set<Expiring>();
let timer: NodeJS.Timeout | undefined;
let setFor = Infinity;

export function watch(one: Expiring): void {
  open.add(one);
  if (one.until < setFor) setTimer(one.until);
  else if (open.size === 1) timer?.ref();
}

export function unwatch(one: Expiring): void {
  // Nothing that waits: the timer alone keeps no program from ending.
  if (open.delete(one) && open.size === 0) timer?.unref();
}

function setTimer(until: number): void {
  clearTimeout(timer);
  setFor = until;
  timer = setTimeout(expireAll, Math.min(longestTimer, Math.max(1, Math.ceil(until - performance.now()))));
}

/** What is later is looked at again then. */
const longestTimer = 2 ** 31 - 1;

function expireAll(): void {
  setFor = Infinity;
  timer = undefined;
  const now = performance.now();
  let next = Infinity;
  for (const one of [...open])
    if (one.until > now) next = Math.min(next, one.until);
    else {
      open.delete(one);
      one.expire();
    }
  if (next < setFor) setTimer(next);
}
