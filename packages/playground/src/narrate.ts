// What the walk says: numbered steps, a line for what is going on, results aligned.
import { wrapText } from '@pawl/core/report';
import { showMarkdown, type Look } from './show-markdown.ts';

export interface Narrator {
  readonly look: Look;
  step(title: string): void;
  line(text?: string): void;
  result(name: string, verdict: string, text: string): void;
  comment(markdown: string): void;
}

/** Where a result's text begins. */
const indent = ' '.repeat(36);

const verdictColours: Record<string, string> = { pass: '32', fail: '31', error: '31', inconclusive: '33' };

export function narrator(write: (text: string) => void, look: Look): Narrator {
  let steps = 0;
  const paint = (code: string, text: string) => (look.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    look,
    step: (title) => {
      steps += 1;
      write(`\n${paint('1', `${steps}. ${title}`)}\n`);
    },
    line: (text = '') => write(`${text === '' ? '' : `   ${text}`}\n`),
    result: (name, verdict, text) => {
      const [first = '', ...rest] = wrapText(text, Math.max(40, look.width - indent.length));
      write(`   ${name.padEnd(18)} ${paint(verdictColours[verdict] ?? '0', verdict.padEnd(13))} ${first}\n`);
      for (const line of rest) write(`${indent}${line}\n`);
    },
    comment: (markdown) => {
      const edge = paint('2', '│');
      const shown = showMarkdown(markdown, { ...look, width: look.width - 6 });
      write(
        `${shown
          .split('\n')
          .map((line) => `   ${edge} ${line}`.trimEnd())
          .join('\n')}\n`,
      );
    },
  };
}
