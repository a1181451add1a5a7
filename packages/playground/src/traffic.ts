// Users of the walk: they ask the splitter about flights, a few at a time, until told to stop.

const airports = ['ATL', 'ORD', 'DFW', 'LAX', 'PHX', 'DEN', 'MSP', 'DTW', 'IAH', 'STL'] as const;
const concurrency = 6;

export interface Traffic extends AsyncDisposable {
  readonly answered: number;
}

export function askForever(url: string): Traffic {
  const stop = new AbortController();
  let answered = 0;
  const users = Array.from({ length: concurrency }, async (_, user) => {
    for (let turn = user; !stop.signal.aborted; turn += concurrency) {
      const response = await fetch(`${url}/v2/models/flight-delay/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(question(turn)),
      }).catch(() => undefined);
      await response?.arrayBuffer().catch(() => undefined);
      if (response?.ok === true) answered += 1;
    }
  });
  return {
    get answered() {
      return answered;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(users);
    },
  };
}

/** A KServe v2 request about one flight. */
function question(turn: number): unknown {
  const airport = (offset: number) => airports[(turn * 7 + offset) % airports.length] ?? 'ATL';
  const tensor = (name: string, datatype: string, value: string | number) => ({
    name,
    datatype,
    shape: [1, 1],
    data: [value],
  });
  return {
    inputs: [
      tensor('origin', 'BYTES', airport(0)),
      tensor('destination', 'BYTES', airport(3)),
      tensor('distance', 'FP32', 200 + ((turn * 37) % 2400)),
      tensor('hour', 'FP32', 5 + (turn % 18)),
      tensor('weekday', 'FP32', 1 + (turn % 7)),
    ],
  };
}
