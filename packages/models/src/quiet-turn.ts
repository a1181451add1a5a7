// What is done with an answer waits until the next request is sent. Answers come in bursts, since requests go out in
// bursts: were one judged as soon as it is there, the places of all behind it would stay empty for that long. So judging
// begins when a round of the event loop brought none, and goes on one a round: in between, whatever came is taken in and
// the next request of its place is sent.

/** Where answers never stop coming, they are judged all the same. */
const mostPutOff = 16;

const waiting: (() => void)[] = [];
let asked = false;
/** An answer, since the last round. */
let came = false;
let putOff = 0;

/** Resolves when it is the caller's turn, first come, first served. */
export const quietTurn = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    came = true;
    askForRound();
  });

function askForRound(): void {
  if (asked || waiting.length === 0) return;
  asked = true;
  setImmediate(round);
}

function round(): void {
  asked = false;
  if (came && putOff < mostPutOff) {
    putOff += 1;
  } else {
    putOff = 0;
    waiting.shift()?.();
  }
  came = false;
  askForRound();
}
