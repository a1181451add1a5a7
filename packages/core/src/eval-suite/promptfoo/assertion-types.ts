// Assertion types of promptfoo that are not run, with what does the same. Every other name is looked up where scorers are.

const instead: Readonly<Record<string, string>> = {
  ruby: 'Rewrite it as python or javascript, or call it as a webhook.',
  human: 'Nobody is asked during a run: label the answers, and certify a judge with pawl judge calibrate.',
  pi: 'Use llm-rubric with a judge of your own.',
  'search-rubric': 'Use llm-rubric, and put what was found into the variables.',
  'agent-rubric': 'Use llm-rubric.',
  'trace-span-count': 'Traces are not collected: check the calls with trajectory:tool-used or tool-call-f1.',
  'trace-span-duration': 'Traces are not collected: use latency.',
  'trace-error-spans': 'Traces are not collected: check the answer with javascript.',
};

/** Why a type is not run: what to use instead. Undefined for every other name. */
export function doesNotRun(type: string): string | undefined {
  if (type.startsWith('promptfoo:redteam:'))
    return 'Attacks are not made here: keep them with promptfoo, or use llm-rubric.';
  return Object.hasOwn(instead, type) ? instead[type] : undefined;
}
