// Ways to break a prompt, each small and known: a suite that does not notice them would not notice an accident either.
import type { Prompt } from '../formats/prompt.ts';

export type MutationKind =
  | 'drop-sentence'
  | 'negate'
  | 'drop-message'
  | 'swap-messages'
  | 'cut-short'
  | 'drop-variable'
  | 'raise-temperature'
  | 'cut-answer';

export interface Mutation {
  /** Stable from run to run: `drop-sentence-2`. */
  readonly id: string;
  readonly kind: MutationKind;
  /** What was done, with the words it was done to. */
  readonly what: string;
  readonly prompt: Prompt;
}

/** In order of place; the same prompt gives the same mutations. No two give the same prompt. */
export function mutationsOf(prompt: Prompt): readonly Mutation[] {
  const makers: readonly [MutationKind, (prompt: Prompt) => readonly Mutant[]][] = [
    ['drop-sentence', dropSentences],
    ['negate', negations],
    ['drop-message', dropMessages],
    ['swap-messages', swapMessages],
    ['cut-short', cutShort],
    ['drop-variable', dropVariables],
    ['raise-temperature', raiseTemperature],
    ['cut-answer', cutAnswer],
  ];
  const seen = new Set([told(prompt)]);
  return makers.flatMap(([kind, make]) =>
    make(prompt)
      .filter((mutant) => !seen.has(told(mutant.prompt)) && seen.add(told(mutant.prompt)))
      .map((mutant, index) => ({ id: `${kind}-${index + 1}`, kind, ...mutant })),
  );
}

type Mutant = Pick<Mutation, 'what' | 'prompt'>;
type Message = Prompt['messages'][number];

const told = ({ messages, modelParameters }: Prompt): string => JSON.stringify([messages, modelParameters]);

const variable = /\{\{[^{}]*\}\}/g;

function withMessage(prompt: Prompt, place: number, content: string): Prompt {
  const messages = prompt.messages.map((message, index) => (index === place ? { ...message, content } : message));
  return { ...prompt, messages };
}

/** What stands between full stops and line ends; the variables are data and stay. */
function dropSentences(prompt: Prompt): readonly Mutant[] {
  return prompt.messages.flatMap(({ content }, place) =>
    [...content.matchAll(/[^.!?\n]+(?:[.!?]+|(?=\n|$))/g)]
      .filter(([sentence]) => /\p{L}{2}/u.test(sentence.replaceAll(variable, '')) && !sentence.includes('{{'))
      .map((match) => ({
        what: `without "${short(match[0])}"`,
        prompt: withMessage(
          prompt,
          place,
          content.slice(0, match.index) + content.slice(match.index + match[0].length),
        ),
      })),
  );
}

const opposites: readonly (readonly [RegExp, string])[] = [
  [/\bdo not\b/i, 'do'],
  [/\bdon't\b/i, 'do'],
  [/\bnever\b/i, 'always'],
  [/\balways\b/i, 'never'],
  [/\bmust not\b/i, 'must'],
  [/\bonly\b/i, 'not only'],
  [/\bmust\b/i, 'must not'],
];

function negations(prompt: Prompt): readonly Mutant[] {
  return prompt.messages.flatMap(({ content }, place) =>
    opposites.flatMap(([word, opposite]): readonly Mutant[] => {
      const found = word.exec(content)?.[0];
      if (found === undefined) return [];
      return [
        { what: `"${found}" as "${opposite}"`, prompt: withMessage(prompt, place, content.replace(word, opposite)) },
      ];
    }),
  );
}

function dropMessages(prompt: Prompt): readonly Mutant[] {
  const { messages } = prompt;
  if (messages.length < 2) return [];
  return messages.map((message, place) => ({
    what: `without message ${place + 1} (${message.role})`,
    prompt: { ...prompt, messages: messages.filter((_, index) => index !== place) },
  }));
}

function swapMessages(prompt: Prompt): readonly Mutant[] {
  return prompt.messages.slice(1).map((message, index) => {
    const messages = [...prompt.messages];
    messages[index + 1] = prompt.messages[index] as Message;
    messages[index] = message;
    return { what: `messages ${index + 1} and ${index + 2} the other way round`, prompt: { ...prompt, messages } };
  });
}

/** The second half of the longest message is lost, as when a context is cut; variables in it go too. */
function cutShort(prompt: Prompt): readonly Mutant[] {
  const longest = Math.max(...prompt.messages.map(({ content }) => content.length));
  const place = prompt.messages.findIndex(({ content }) => content.length === longest);
  const content = prompt.messages[place]?.content ?? '';
  const open = content.lastIndexOf('{{', Math.floor(longest / 2));
  const close = content.indexOf('}}', open) + 2;
  // A cut through a variable would leave half of its braces.
  const at = open >= 0 && close > longest / 2 ? open : Math.floor(longest / 2);
  return [
    {
      what: `message ${place + 1} cut to ${at} of ${longest} characters`,
      prompt: withMessage(prompt, place, content.slice(0, at)),
    },
  ];
}

function dropVariables(prompt: Prompt): readonly Mutant[] {
  return prompt.messages.flatMap(({ content }, place) =>
    [...new Set(content.match(variable) ?? [])].map((name) => ({
      what: `without ${name}`,
      prompt: withMessage(prompt, place, content.replaceAll(name, '')),
    })),
  );
}

function raiseTemperature(prompt: Prompt): readonly Mutant[] {
  return [
    {
      what: 'temperature 1.5',
      prompt: { ...prompt, modelParameters: { ...prompt.modelParameters, temperature: 1.5 } },
    },
  ];
}

function cutAnswer(prompt: Prompt): readonly Mutant[] {
  return [
    {
      what: 'answers of one token',
      prompt: { ...prompt, modelParameters: { ...prompt.modelParameters, maxTokens: 1 } },
    },
  ];
}

const short = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};
