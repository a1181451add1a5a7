// Assertions and what a judge says to them, for promptfoo and for us.
export interface Canned {
  readonly name: string;
  readonly type: string;
  readonly value?: unknown;
  readonly threshold?: number;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  /** One for each call, the last again and again. */
  readonly replies: readonly string[];
  /** Where we mean to differ: what promptfoo gives, what we give, and why. */
  readonly differs?: { readonly promptfoo: string; readonly pawl: string; readonly why: string };
}

const rubric = (name: string, reply: string, more: Partial<Canned> = {}): Canned => ({
  name,
  type: 'llm-rubric',
  value: 'is polite',
  replies: [reply],
  ...more,
});
const closed = (reply: string, more: Partial<Canned> = {}): Canned => ({
  name: `closedqa ${reply}`,
  type: 'model-graded-closedqa',
  value: 'is polite',
  replies: [reply],
  ...more,
});
const fact = (reply: string, more: Partial<Canned> = {}): Canned => ({
  name: `factuality ${reply}`,
  type: 'factuality',
  value: 'Paris',
  replies: [reply],
  ...more,
});
const steps = '{"steps": ["Read.", "Grade."]}';
const grade = (name: string, reply: string, more: Partial<Canned> = {}): Canned => ({
  name: `g-eval ${name}`,
  type: 'g-eval',
  value: 'is clear',
  replies: [steps, reply],
  ...more,
});
const context = 'Paris is the capital. It is old. It is large.';
const vars = { query: 'Which city?', context };
const rag = (type: string, replies: readonly string[], more: Partial<Canned> = {}): Canned => ({
  name: `${type} ${replies.join(' | ')}`,
  type,
  vars,
  replies,
  ...more,
});
const open = { promptfoo: 'pass 1', pawl: 'failure' };
const quiet = { promptfoo: 'fail 0', pawl: 'failure' };

export const canned: readonly Canned[] = [
  rubric('pass and score', '{"reason": "r", "pass": true, "score": 0.9}'),
  rubric('fail and score', '{"reason": "r", "pass": false, "score": 0.2}'),
  rubric('no score', '{"pass": true}'),
  rubric('no score, failed', '{"pass": false}'),
  rubric('words for yes', '{"pass": "yes", "score": 1}'),
  rubric('words for no', '{"pass": "no", "score": 0}'),
  rubric('a score as text', '{"pass": true, "score": "0.5"}'),
  rubric('prose around', 'Well: {"pass": true, "score": 0.8} so.'),
  rubric('a code fence', '```json\n{"reason": "r",\n "pass": false, "score": 0.1}\n```'),
  rubric('single quotes', "{'pass': true, 'score': 0.7}"),
  rubric('a trailing comma', '{"pass": true, "score": 0.7,}'),
  rubric('a comment', '{"pass": true, // sure\n "score": 0.7}'),
  rubric('cut off', '{"pass": true, "score": 0.7'),
  rubric('threshold reached', '{"pass": true, "score": 0.7}', { threshold: 0.7 }),
  rubric('threshold missed', '{"pass": true, "score": 0.6}', { threshold: 0.7 }),
  rubric('threshold reached, failed', '{"pass": false, "score": 0.9}', { threshold: 0.7 }),
  rubric('not, passed', '{"pass": true, "score": 0.9}', { type: 'not-llm-rubric' }),
  rubric('not, failed', '{"pass": false, "score": 0.2}', { type: 'not-llm-rubric' }),
  rubric('not, threshold missed', '{"pass": true, "score": 0.6}', { type: 'not-llm-rubric', threshold: 0.7 }),
  rubric('an object as value', '{"pass": true, "score": 1}', { value: { a: 1 } }),
  rubric('no JSON', 'It is fine.', { differs: { ...quiet, why: 'no verdict is no result' } }),
  rubric('not, no JSON', 'It is fine.', {
    type: 'not-llm-rubric',
    differs: { ...quiet, why: 'no verdict is no result' },
  }),
  rubric('no pass', '{"reason": "r"}', { differs: { ...open, why: 'a missing "pass" is taken for a pass' } }),
  rubric('a score alone', '{"score": 0}', {
    differs: { promptfoo: 'pass 0', pawl: 'failure', why: 'a missing "pass" is taken for a pass' },
  }),
  rubric('not, no pass', '{"reason": "r"}', {
    type: 'not-llm-rubric',
    differs: { promptfoo: 'fail 0', pawl: 'failure', why: 'a missing "pass" is taken for a pass' },
  }),
  rubric('null', '{"pass": null, "score": 1}', { differs: { ...open, why: 'a missing "pass" is taken for a pass' } }),
  rubric('a verdict that is none', '{"pass": "perhaps", "score": 1}', {
    differs: { promptfoo: 'fail 1', pawl: 'failure', why: 'every other word is taken for no' },
  }),
  rubric('another scale', '{"pass": true, "score": 8}', {
    differs: { promptfoo: 'pass 8', pawl: 'failure', why: 'a score is 0 to 1' },
  }),
  rubric('a quotation first', 'The output says {"pass": true, "score": 1}. {"pass": false, "score": 0}', {
    differs: { ...open, why: 'the first of two verdicts is taken' },
  }),
  rubric('a score that is a word', '{"pass": true, "score": "high"}', {
    differs: { ...open, why: 'a score that is none is taken from the verdict' },
  }),

  closed('Because.\nY'),
  closed('Because.\nN'),
  closed('Y'),
  closed('Yes: Y\n'),
  closed('CERTAINLY', { differs: { ...open, why: 'the last letter of a word is taken for the verdict' } }),
  closed('Maybe.', { differs: { ...quiet, why: 'no verdict is no result' } }),
  closed('Y', {
    name: 'closedqa not',
    type: 'not-model-graded-closedqa',
    differs: { promptfoo: 'pass 1', pawl: 'fail 0', why: '"not-" is ignored' },
  }),

  ...['A', 'B', 'C', 'D', 'E'].map((letter) => fact(`{"category": "${letter}", "reason": "r"}`)),
  fact('{"category": "b"}'),
  fact('(C) They agree.'),
  fact('(D) They do not.'),
  fact('A) part'),
  fact('{"category": "A"}', { name: 'factuality scores', options: { factuality: { subset: 0.3, agree: 0 } } }),
  fact('{"category": "C"}', { name: 'factuality zero', options: { factuality: { subset: 0.3, agree: 0 } } }),
  fact('{"category": "F"}', { differs: { ...quiet, why: 'no verdict is no result' } }),
  fact('I say (a) good try, but D.', {
    differs: { ...quiet, promptfoo: 'pass 1', why: 'any letter in brackets is taken' },
  }),
  fact('{"category": "D"}', {
    name: 'factuality not',
    type: 'not-factuality',
    differs: { promptfoo: 'fail 0', pawl: 'pass 1', why: '"not-" is ignored' },
  }),

  grade('8', '{"score": 8, "reason": "r"}'),
  grade('5', '{"score": 5, "reason": "r"}'),
  grade('text', '{"score": "7", "reason": "r"}'),
  grade('0', '{"score": 0, "reason": "r"}'),
  grade('threshold', '{"score": 5, "reason": "r"}', { threshold: 0.5 }),
  grade('not', '{"score": 5, "reason": "r"}', { type: 'not-g-eval' }),
  grade('several', '{"score": 6, "reason": "r"}', {
    value: ['is clear', 'is short'],
    replies: [steps, '{"score": 6, "reason": "r"}', steps, '{"score": 9, "reason": "r"}'],
    threshold: 0.75,
  }),
  grade('outside', '{"score": 11, "reason": "r"}', { differs: { ...quiet, why: 'no verdict is no result' } }),
  grade('no reason', '{"score": 8}', { differs: { ...quiet, why: 'no verdict is no result' } }),
  grade('several lines', '{"score": 8,\n"reason": "r"}', {
    differs: { promptfoo: 'fail 0', pawl: 'pass 0.8', why: 'JSON of several lines is not read' },
  }),

  ...[
    '1. a [Attributed]\n2. b [Not Attributed]',
    'a [attributed]\nb. So [Attributed]\nc [NOT ATTRIBUTED]',
    'a [Not Attributed]',
    'x\n1. a [Attributed]',
  ].flatMap((reply) => [
    rag('context-recall', [reply], { value: 'Paris. Old.' }),
    rag('not-context-recall', [reply], { value: 'Paris. Old.' }),
    rag('context-recall', [reply], { name: `context-recall 0.7 ${reply}`, value: 'Paris.', threshold: 0.7 }),
  ]),
  rag('context-recall', ['1. a [Attributed]'], { name: 'context-recall of the prompt', value: 'Paris.', vars: {} }),
  rag('context-recall', ['All of it.'], { value: 'Paris.', differs: { ...quiet, why: 'no verdict is no result' } }),

  ...[
    'Paris is the capital.',
    'Paris is the capital. It is old.',
    'Insufficient Information',
    '1. It is large.',
  ].flatMap((reply) => [
    rag('context-relevance', [reply]),
    rag('not-context-relevance', [reply], { threshold: 0.4 }),
    rag('context-relevance', [reply], {
      name: `context-relevance of chunks ${reply}`,
      vars: { ...vars, context: ['Paris is the capital.', 'It is old.\nIt is large.'] },
    }),
    rag('context-relevance', [reply.replace('. It', '.\nIt')], {
      name: `context-relevance of lines ${reply}`,
      vars: { ...vars, context: context.replaceAll('. ', '.\n') },
    }),
  ]),
  rag('context-relevance', ['Rome is in Italy.'], { differs: { ...quiet, why: 'no verdict is no result' } }),

  ...[
    'Final verdict for each statement in order: Yes. No. Yes.',
    'Reasons.\nFinal verdict for each statement in order: No. No. No.',
    'final verdict for each statement in order: yes. yes.',
    '1. verdict: yes\n2. verdict: no\n3. verdict: yes',
    'Verdict: No.',
    'Final verdict for each statement in order: Yes. Yes. Yes. No.',
  ].flatMap((reply) => [
    rag('context-faithfulness', ['Paris.\nOld.\n\nLarge.', reply]),
    rag('not-context-faithfulness', ['Paris.\nOld.\n\nLarge.', reply], { threshold: 0.6 }),
  ]),
  rag('context-faithfulness', ['Paris.', 'Perhaps.'], { differs: { ...quiet, why: 'no verdict is no result' } }),

  rag('answer-relevance', ['Which city?', 'What is old?', 'How large?']),
  rag('answer-relevance', ['Which city?'], { name: 'answer-relevance one', threshold: 1 }),
  rag('not-answer-relevance', ['What is old?'], { threshold: 0.99 }),
  rag('answer-relevance', ['What is old?'], { name: 'answer-relevance of the prompt', vars: {}, threshold: 0.2 }),

  ...(['yes', 'no'] as const).flatMap((verdict) => [
    rag('conversation-relevance', [`{"verdict": "${verdict}", "reason": "r"}`]),
    rag('not-conversation-relevance', [`{"verdict": "${verdict}"}`]),
  ]),
  rag('conversation-relevance', ['{"verdict": "yes"}', '{"verdict": "no"}', '{"verdict": "no"}'], {
    name: 'conversation of three',
    vars: {
      _conversation: [
        { input: 'a', output: 'b' },
        { input: 'c', output: 'd' },
        { input: 'e', output: 'f' },
      ],
    },
  }),
  rag('conversation-relevance', ['{"verdict": "idk"}'], { differs: { ...quiet, why: 'no verdict is no result' } }),
];
