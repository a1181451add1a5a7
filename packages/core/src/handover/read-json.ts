// JSON by a stranger: strict UTF-8, no more brackets within brackets than we would write, and not the one key by which
// a copy of an object could get another prototype.
import { maxJsonDepth } from './limits.ts';

export type ReadText<T> = { readonly value: T } | { readonly wrong: string };

export function readText(content: Uint8Array): ReadText<string> {
  try {
    return { value: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch {
    return { wrong: 'is not UTF-8' };
  }
}

export function readJson(content: Uint8Array): ReadText<unknown> {
  const text = readText(content);
  if ('wrong' in text) return text;
  // Looked at before it is parsed: what is parsed is walked by functions that call themselves.
  if (depthOf(text.value) > maxJsonDepth) return { wrong: `has more than ${maxJsonDepth} brackets within brackets` };
  let special = false;
  try {
    const value: unknown = JSON.parse(text.value, (key, inner: unknown) => {
      special ||= key === '__proto__';
      return inner;
    });
    return special ? { wrong: 'has the key "__proto__"' } : { value };
  } catch {
    return { wrong: 'is no JSON' };
  }
}

function depthOf(text: string): number {
  let deepest = 0;
  let depth = 0;
  let inText = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (inText) {
      if (character === '\\') index += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}
