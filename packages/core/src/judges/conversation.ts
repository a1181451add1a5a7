// Whether each answer of a conversation follows from the turns before it, window by window.
import type { Scorer, ScorerTable } from '../scorers/scorer.ts';
import { cannotTell, isRecord } from '../scorers/verdicts.ts';
import { isFailure, openJudge, type Unreadable } from './ask.ts';
import { objectWith, shown, textOf } from './answers.ts';
import { judgeMessages } from './judge-prompt.ts';

interface Turn {
  readonly input: string;
  readonly output: string;
}

const wants =
  'Answer with one JSON object and nothing else: {"verdict": "yes" or "no", "reason": "why, in a sentence"}.';

const conversationRelevance: Scorer = async (request, world) => {
  const { assertion, vars, answer, prompt, conversation = [] } = request;
  const { threshold = 0.5, negated, config } = assertion;
  const size = config?.['windowSize'] ?? 5;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1)
    return cannotTell('"windowSize" is no positive whole number', 'Correct "config.windowSize".');
  const turns = writtenTurns(vars['_conversation']) ?? [...conversation, { input: prompt, output: answer.text }];
  const judge = await openJudge(world, assertion);
  if (isFailure(judge)) return judge;
  const wrong: string[] = [];
  for (let at = 0; at < turns.length; at += 1) {
    const window = turns.slice(Math.max(0, at - size + 1), at + 1);
    const told = judgeMessages({
      rubricPrompt: assertion.rubricPrompt,
      place: assertion.place,
      material: { conversation: window.map(({ input, output }) => `user: ${input}\nassistant: ${output}`).join('\n') },
      vars: { ...vars, messages: window },
      system: 'You judge whether answers in a conversation belong there.',
      task: (blocks) =>
        `Is the last answer of the assistant relevant to the message before it, in the light of the earlier turns?\n\n${blocks.conversation}\n\n${wants}`,
    });
    if (isFailure(told)) return told;
    const given = await judge.ask({ messages: told.messages, wants, read: readVerdict });
    if (isFailure(given)) return given;
    if (!given.relevant) wrong.push(given.reason === '' ? `turn ${at + 1}` : given.reason);
  }
  const score = (turns.length - wrong.length) / turns.length;
  return {
    pass: score >= threshold - Number.EPSILON !== negated,
    score: negated ? 1 - score : score,
    reason: [`${turns.length - wrong.length} of ${turns.length} answers are relevant.`, ...wrong].join(' '),
    ...judge.spent(),
  };
};

/** A conversation that the case itself brings is whole: nothing is added to it. */
function writtenTurns(written: unknown): readonly Turn[] | undefined {
  if (!Array.isArray(written) || written.length === 0) return undefined;
  return written.map((turn) => {
    const { input, output } = isRecord(turn) ? turn : {};
    return { input: asText(input), output: asText(output) };
  });
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

function readVerdict(text: string): { readonly relevant: boolean; readonly reason: string } | Unreadable {
  const found = objectWith(text, ['verdict']);
  if ('unreadable' in found) return found;
  const { verdict, reason } = found.value;
  if (verdict !== 'yes' && verdict !== 'no') return { unreadable: `"verdict" is ${shown(verdict)}` };
  return { relevant: verdict === 'yes', reason: textOf(reason) };
}

export const conversationScorers: ScorerTable = new Map([['conversation-relevance', conversationRelevance]]);
