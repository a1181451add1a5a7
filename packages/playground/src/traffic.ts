// Users of the walk: they ask the splitter about flights or mails, a few at a time, until told to stop.

const airports = ['ATL', 'ORD', 'DFW', 'LAX', 'PHX', 'DEN', 'MSP', 'DTW', 'IAH', 'STL'] as const;
const concurrency = 6;

export interface Traffic extends AsyncDisposable {
  readonly answered: number;
}

/** A user's n-th request: its path at the splitter, and its body. */
export type Question = (turn: number) => { readonly path: string; readonly body: unknown };

export function askForever(url: string, question: Question): Traffic {
  const stop = new AbortController();
  let answered = 0;
  const users = Array.from({ length: concurrency }, async (_, user) => {
    for (let turn = user; !stop.signal.aborted; turn += concurrency) {
      const { path, body } = question(turn);
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
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

/** KServe v2: will this flight be late? */
export const aboutFlights: Question = (turn) => {
  const airport = (offset: number) => airports[(turn * 7 + offset) % airports.length] ?? 'ATL';
  const tensor = (name: string, datatype: string, value: string | number) => ({
    name,
    datatype,
    shape: [1, 1],
    data: [value],
  });
  const inputs = [
    tensor('origin', 'BYTES', airport(0)),
    tensor('destination', 'BYTES', airport(3)),
    tensor('distance', 'FP32', 200 + ((turn * 37) % 2400)),
    tensor('hour', 'FP32', 5 + (turn % 18)),
    tensor('weekday', 'FP32', 1 + (turn % 7)),
  ];
  return { path: '/v2/models/flight-delay/infer', body: { inputs } };
};

/** OpenAI's API: the body names the model. */
export const aboutMails: Question = (turn) => ({
  path: '/v1/chat/completions',
  body: { model: 'mail-adapter', max_tokens: 4, messages: [{ role: 'user', content: `Is mail ${turn} spam?` }] },
});
