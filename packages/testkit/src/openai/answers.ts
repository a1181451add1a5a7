// Answers in the shapes of OpenAI's API: at once, and as the parts of a stream.

export interface LoopbackAnswer {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly refusal?: string;
  readonly finishReason?: string;
  /** Of the tokens of the text. */
  readonly logProbs?: readonly number[];
  /** Model that answers instead of the one that was asked. */
  readonly model?: string;
}

export interface AnswerTo {
  readonly api: 'chat' | 'completions';
  readonly answer: LoopbackAnswer;
  readonly model: string;
  readonly finishReason: string;
  readonly promptTokens: number;
}

export const tokens = (text: string): number => Math.ceil(text.length / 4);

const usageOf = ({ answer, promptTokens }: AnswerTo): object => {
  const completionTokens = tokens(answer.text ?? '');
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
};

const logProbsOf = ({ api, answer: { logProbs } }: AnswerTo): object | null => {
  if (logProbs === undefined) return null;
  return api === 'chat'
    ? { content: logProbs.map((logprob, index) => ({ token: `t${index}`, logprob, top_logprobs: [] })) }
    : { tokens: logProbs.map((_, index) => `t${index}`), token_logprobs: logProbs };
};

const callsOf = ({ toolCalls }: LoopbackAnswer): readonly object[] | undefined =>
  toolCalls?.map(({ id, name, arguments: given }) => ({ id, type: 'function', function: { name, arguments: given } }));

export function wholeAnswer(to: AnswerTo): object {
  const { api, answer, finishReason } = to;
  const toolCalls = callsOf(answer);
  const message = {
    role: 'assistant',
    content: toolCalls !== undefined || answer.refusal !== undefined ? null : (answer.text ?? ''),
    ...(toolCalls !== undefined && { tool_calls: toolCalls }),
    ...(answer.refusal !== undefined && { refusal: answer.refusal }),
  };
  const content = api === 'chat' ? { message } : { text: answer.text ?? '' };
  return {
    id: 'chatcmpl-loopback',
    object: api === 'chat' ? 'chat.completion' : 'text_completion',
    created: 0,
    model: answer.model ?? to.model,
    system_fingerprint: 'fp_loopback',
    choices: [{ index: 0, ...content, finish_reason: finishReason, logprobs: logProbsOf(to) }],
    usage: usageOf(to),
  };
}

/** The events of a stream, `[DONE]` included. */
export function streamedAnswer(to: AnswerTo): readonly string[] {
  const { api, answer, finishReason } = to;
  const part = (choices: readonly object[], more: object = {}): string =>
    JSON.stringify({
      id: 'chatcmpl-loopback',
      object: api === 'chat' ? 'chat.completion.chunk' : 'text_completion',
      created: 0,
      model: answer.model ?? to.model,
      choices,
      ...more,
    });
  const piece = (delta: object, finish: string | null = null, logprobs: object | null = null): string => {
    const content = api === 'chat' ? { delta } : { text: 'content' in delta ? delta.content : '' };
    return part([{ index: 0, ...content, finish_reason: finish, logprobs }]);
  };
  const words = (answer.text ?? '').match(/\S*\s*/g)?.filter((word) => word !== '') ?? [];
  const calls = (answer.toolCalls ?? []).flatMap(({ id, name, arguments: given }, index) => {
    const half = Math.floor(given.length / 2);
    return [
      piece({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
      piece({ tool_calls: [{ index, function: { arguments: given.slice(0, half) } }] }),
      piece({ tool_calls: [{ index, function: { arguments: given.slice(half) } }] }),
    ];
  });
  return [
    ...(api === 'chat' ? [piece({ role: 'assistant', content: '' })] : []),
    ...words.map((content, index) => piece({ content }, null, index === 0 ? logProbsOf(to) : null)),
    ...(answer.refusal === undefined ? [] : [piece({ refusal: answer.refusal })]),
    ...calls,
    piece({}, finishReason),
    part([], { usage: usageOf(to) }),
    '[DONE]',
  ];
}
