// Inline Python as users of promptfoo write it: one line is an expression, several are the body of a function.

/** @returns a module whose `main(output, context)` is the code */
export function moduleOf(code: string): string {
  if (!code.includes('\n')) return `${head}    return ${code}\n`;
  // Indented as its own first indented line is, so that both fit together.
  const [indent = '    '] = /^(?!\s*$)\s+/m.exec(code) ?? [];
  const body = code
    .split('\n')
    .map((line) => `${indent}${line}`)
    .join('\n');
  return `${head}${body}\n`;
}

const head = 'import json\n\ndef main(output, context):\n';

/** Lines before the user's own. */
export const linesBefore = 3;
