// A small graded word list. It finds what is plain and misses what is clever, and it does not know irony, quotation or
// the names of towns: advisory, and no substitute for a service (`llm-guard`, `llama-guard`) or a judge.
import { visible } from './invisible.ts';

export type ToxicityGrade = 'rude' | 'insult' | 'threat';

export interface ToxicityVerdict {
  /** 0 none, 0.3 rude words, 0.6 an insult to somebody, 0.9 a threat. */
  readonly score: number;
  readonly grades: readonly ToxicityGrade[];
}

const weights: Readonly<Record<ToxicityGrade, number>> = { rude: 0.3, insult: 0.6, threat: 0.9 };

const insult = String.raw`(?:idiots?|morons?|imbeciles?|stupid|dumb(?:ass)?|pathetic|worthless|losers?|scum|trash|garbage|pigs?|retard(?:ed|s)?|bastards?|assholes?|bitch(?:es)?|sluts?|whores?|cretins?|fools?|disgusting|freaks?)`;

const signs: readonly (readonly [ToxicityGrade, RegExp])[] = [
  [
    'rude',
    /\b(?:fuck\w{0,6}|shit\w{0,4}|bullshit|asshole\w{0,1}|bitch\w{0,3}|bastard\w{0,1}|dickhead\w{0,1}|motherfuck\w{1,4}|wtf|stfu|scheiß\w{0,4}|arschloch|merde|putain|mierda|pendejo|cazzo|stronz\w)\b/u,
  ],
  [
    'insult',
    new RegExp(
      String.raw`\byou(?:'re| are| were| sound like| look like)(?: (?:all|just|such|really|so|nothing but|an?|the|absolute(?:ly)?|complete(?:ly)?|total(?:ly)?|fucking|most)){0,4} ${insult}\b`,
    ),
  ],
  [
    'insult',
    new RegExp(
      String.raw`\b(?:you|these|those|such) (?:fucking |stupid |absolute |complete |little |dirty |filthy ){0,2}${insult.replace('stupid|', '').replace('dumb(?:ass)?|', '').replace('disgusting|', '')}(?:[.!,?]|$)`,
    ),
  ],
  [
    'insult',
    /\b(?:shut (?:the fuck )?up|go to hell|fuck (?:you|off)|screw you|nobody (?:likes|loves|wants) you|i hate you|you disgust me|you make me sick)\b/,
  ],
  [
    'threat',
    /\b(?:kill|hang|hurt|cut|shoot) (?:your ?self|yourselves)\b|\b(?:i|we)(?:'ll| will|'m going to| am going to| are going to|'re going to| gonna) (?:[\w']{1,12} ){0,2}(?:kill|murder|hurt|beat|stab|shoot|rape|destroy|hunt down|find) (?:you|your family|them all|him|her)\b|\byou (?:should|deserve to|will|are going to|must) (?:[\w']{1,12} )?die\b|\b(?:all|those|these) [\p{L}]{2,20} (?:should|must|deserve to) (?:be )?(?:die|killed|exterminated|hanged|shot)\b/u,
  ],
];

export function gradeToxicity(text: string): ToxicityVerdict {
  const plain = visible(text).toLowerCase().replaceAll(/[’‘]/g, "'").replaceAll(/\s+/g, ' ');
  const grades = [...new Set(signs.filter(([, sign]) => sign.test(plain)).map(([grade]) => grade))];
  return { score: Math.max(0, ...grades.map((grade) => weights[grade])), grades };
}
