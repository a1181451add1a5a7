// What a card must tell, and the headings under which people tell it: those of Hugging Face's template and guide, of
// Mitchell et al. (2019), of the Trainer's own cards, and plain words.
import { plainTitle, type Section } from './sections.ts';

export interface ExpectedSection {
  readonly what: string;
  /** The heading to add. */
  readonly heading: string;
  readonly question: string;
  readonly titles: readonly RegExp[];
}

export const expectedSections: readonly ExpectedSection[] = [
  {
    what: 'what it is for',
    heading: 'Intended use',
    question: 'What is it meant for, and what is it not?',
    titles: [
      /^(?:the )?(?:primary )?(?:intended )?uses?(?: cases?)?(?: and limitations?)?$/,
      /^intended uses?\b/,
      /^direct use$/,
      /^how to use\b.*limitations?$/,
    ],
  },
  {
    what: 'how it was trained',
    heading: 'Training',
    question: 'On which data, by which code, with which settings?',
    titles: [
      /^training$/,
      /^training (?:and evaluation )?(?:data|details|procedure|process|dataset|set)\b/,
      /^(?:how )?(?:it|the model|this model) was (?:trained|made)$/,
      /^how (?:it|the model|this model) was (?:trained|made)$/,
      /^model training$/,
      /^data and training$/,
    ],
  },
  {
    what: 'how well it does',
    heading: 'Evaluation',
    question: 'On which data was it measured, and with which result?',
    titles: [
      /^(?:model )?evaluation\b/,
      /^(?:evaluation |test |quantitative )?results?$/,
      /^metrics$/,
      /^performance(?: metrics)?$/,
      /^quantitative analyses$/,
      /^training and evaluation data$/,
      /^benchmarks?(?: results)?$/,
    ],
  },
  {
    what: 'where it fails',
    heading: 'Limits',
    question: 'Which inputs does it do badly on, and what is not known?',
    titles: [
      /\blimit(?:s|ation|ations)\b/,
      /^(?:known )?(?:issues|weaknesses|failures)$/,
      /^caveats\b/,
      /^risks?\b/,
      /^out of scope\b/,
    ],
  },
  {
    what: 'whom it may harm',
    heading: 'Ethical considerations',
    question: 'Whose data is it, whom do its errors fall on, and what should nobody do with it?',
    titles: [
      /\bethic(?:s|al)\b/,
      /\bbias(?:es)?\b/,
      /\bfairness\b/,
      /^responsible\b/,
      /^societal impact$/,
      /^social impact$/,
    ],
  },
];

export const tells = ({ titles }: ExpectedSection, section: Section): boolean => {
  const title = plainTitle(section.title);
  return titles.some((pattern) => pattern.test(title));
};
