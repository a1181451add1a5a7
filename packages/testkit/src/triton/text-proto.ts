// A schemaless reader of protobuf's text format: enough for config.pbtxt, and independent of the adapter's own,
// so that the double cannot share its mistakes.

export type TextValue = string | number | boolean | TextMessage;
/** Every field is a list: text format repeats a name to add an element. */
export interface TextMessage {
  readonly [field: string]: readonly TextValue[];
}

/** @throws Error when the text is malformed, as the server's own parser would refuse it */
export function parseTextProto(text: string): TextMessage {
  const tokens = text.match(/#[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[{}[\]<>:,;]|[^\s{}[\]<>:,;#"']+/g) ?? [];
  const words = tokens.filter((token) => !token.startsWith('#'));
  let at = 0;
  const take = (): string => {
    const word = words[at++];
    if (word === undefined) throw new Error('unexpected end of text');
    return word;
  };

  const scalar = (word: string): TextValue => {
    if (/^["']/.test(word)) return word.slice(1, -1).replace(/\\(.)/g, '$1');
    if (word === 'true' || word === 'false') return word === 'true';
    const number = Number(word);
    if (!Number.isNaN(number)) return number;
    if (!/^[A-Za-z_]\w*$/.test(word)) throw new Error(`unexpected "${word}"`);
    return word;
  };
  const value = (): TextValue => {
    const word = take();
    return word === '{' || word === '<' ? message(word === '{' ? '}' : '>') : scalar(word);
  };
  const message = (end: string | undefined): TextMessage => {
    const fields: Record<string, TextValue[]> = {};
    for (;;) {
      if (at >= words.length && end === undefined) return fields;
      const name = take();
      if (name === end) return fields;
      if (name === ',' || name === ';') continue;
      if (!/^[A-Za-z_]\w*$/.test(name)) throw new Error(`expected a field name, found "${name}"`);
      if (words[at] === ':') at += 1;
      const list = (fields[name] ??= []);
      if (words[at] === '[') {
        at += 1;
        while (words[at] !== ']') {
          list.push(value());
          if (words[at] === ',') at += 1;
        }
        at += 1;
      } else list.push(value());
    }
  };
  return message(undefined);
}

export const messageOf = (value: TextValue | undefined): TextMessage | undefined =>
  typeof value === 'object' ? value : undefined;
