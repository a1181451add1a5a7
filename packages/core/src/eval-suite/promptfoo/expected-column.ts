// The short form of assertions in a cell: `contains: yes`, `similar(0.9): hello`, `not-icontains: sorry`, `fn: …`.

export interface ShortAssertion {
  readonly type: string;
  readonly value?: unknown;
  readonly threshold?: number;
}

/** Types that the short form knows: every other text is compared as a whole. */
const types = [
  ...['agent-rubric', 'answer-relevance', 'bleu', 'classifier', 'contains', 'contains-all', 'contains-any'],
  ...['contains-html', 'contains-json', 'contains-sql', 'contains-xml', 'context-faithfulness', 'context-recall'],
  ...['context-relevance', 'conversation-relevance', 'cost', 'equals', 'factuality', 'finish-reason', 'g-eval', 'gleu'],
  ...['guardrails', 'icontains', 'icontains-all', 'icontains-any', 'is-html', 'is-json', 'is-refusal', 'is-sql'],
  ...['is-valid-function-call', 'is-valid-openai-function-call', 'is-valid-openai-tools-call', 'is-xml', 'javascript'],
  ...['latency', 'levenshtein', 'llm-rubric', 'pi', 'meteor', 'model-graded-closedqa', 'model-graded-factuality'],
  ...[
    'moderation',
    'perplexity',
    'perplexity-score',
    'python',
    'regex',
    'rouge-n',
    'ruby',
    'similar',
    'similar:cosine',
  ],
  ...['similar:dot', 'similar:euclidean', 'starts-with', 'tool-call-f1', 'skill-used', 'trajectory:goal-success'],
  ...['trajectory:tool-args-match', 'trajectory:step-count', 'trajectory:tool-sequence', 'trajectory:tool-used'],
  ...['trace-error-spans', 'trace-span-count', 'trace-span-duration', 'search-rubric', 'webhook', 'word-count'],
];

const listed = new Set(['contains-all', 'contains-any', 'icontains-all', 'icontains-any']);
/** Their threshold without one in brackets. */
const graded = new Set([
  ...['answer-relevance', 'classifier', 'context-faithfulness', 'context-recall', 'context-relevance', 'cost'],
  ...['latency', 'levenshtein', 'perplexity-score', 'perplexity', 'rouge-n', 'similar', 'starts-with'],
]);

const pattern = new RegExp(`^(not-)?(${types.join('|')})(?:\\((\\d+(?:\\.\\d+)?)\\))?(?::([\\s\\S]*))?$`);

/** @throws never: text that looks like a list and is none is undefined */
export function assertionOfCell(cell: string): ShortAssertion | undefined {
  const script = /^(?:javascript|fn|eval):([\s\S]*)$/.exec(cell);
  if (script !== null) return { type: 'javascript', value: (script[1] ?? '').trim() };
  if (/^file:\/\/.*\.(?:js|cjs|mjs|ts|cts|mts)(?::[\w.$]+)?$/.test(cell)) return { type: 'javascript', value: cell };
  const rubric = /^(?:grade|llm-rubric):([\s\S]*)$/.exec(cell);
  if (rubric !== null) return { type: 'llm-rubric', value: rubric[1] ?? '' };
  if (/^file:\/\/.*\.py(?::\w+)?$/.test(cell)) return { type: 'python', value: cell };
  const [match, not = '', type = '', limit, value] = pattern.exec(cell) ?? [];
  if (match === undefined) return { type: 'equals', value: cell };
  const name = `${not}${type}`;
  if (listed.has(type)) {
    const items = value === undefined || value === '' ? value : listOfCell(value);
    return items === null ? undefined : { type: name, ...(items !== undefined && { value: items }) };
  }
  const kept = type === 'is-json' || type === 'contains-json' ? value : value?.trim();
  const threshold = limit === undefined ? (type === 'similar' ? 0.8 : 0.75) : Number(limit);
  return { type: name, ...(kept !== undefined && { value: kept }), ...(graded.has(type) && { threshold }) };
}

/** Texts between commas; quotes hold commas, and `""` or `\"` a quote. Null when a quote does not end. */
function listOfCell(text: string): readonly string[] | null {
  const items: string[] = [];
  let rest = text.replace(/^[\s,]+/, '');
  while (rest !== '') {
    if (rest.startsWith('"')) {
      const quoted = /^"((?:\\["\\]|""|\\(?!["\\])|[^"\\])*)"\s*(?=,|$)/.exec(rest);
      if (quoted === null) return null;
      items.push(
        (quoted[1] ?? '').replaceAll(/\\(["\\])|""/g, (_whole, escaped: string | undefined) => escaped ?? '"'),
      );
      rest = rest.slice(quoted[0].length);
    } else {
      const end = rest.includes(',') ? rest.indexOf(',') : rest.length;
      items.push(rest.slice(0, end).trim());
      rest = rest.slice(end);
    }
    rest = rest.replace(/^[\s,]+/, '');
  }
  return items;
}

/** A number written out in full; undefined for everything else, so that an empty cell sets nothing. */
export function numberOfCell(cell: string): number | undefined {
  const text = cell.trim();
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
