// Links of the documentation that lead to nothing: files are renamed, and prose is read by no compiler.
import { posix } from 'node:path';
import type { Breach, SourceFile } from './structure.ts';

/**
 * Relative links of a Markdown file that lead to no file or folder. What stands in code is no link.
 * @param paths every file of the repository, from its root
 */
export function brokenLinks(files: readonly SourceFile[], paths: Iterable<string>): readonly Breach[] {
  const known = new Set<string>();
  for (const path of paths) for (let at = path; at !== '.'; at = posix.dirname(at)) known.add(at);
  return files.flatMap(({ path, text }) => {
    if (!path.endsWith('.md')) return [];
    return [...withoutCode(text).matchAll(/\[[^\]]*\]\(([^)\s#]+)[^)]*\)/g)].flatMap((match) => {
      const target = match[1] ?? '';
      if (/^[a-z]+:/.test(target) || known.has(posix.join(posix.dirname(path), decodeURI(target)).replace(/\/$/, '')))
        return [];
      const line = text.slice(0, match.index).split('\n').length;
      return [{ path, line, law: `the link "${target}" leads to nothing` }];
    });
  });
}

const withoutCode = (text: string): string =>
  text.replaceAll(/^ *```[\s\S]*?^ *```|`[^`\n]*`/gm, (code) => code.replaceAll(/[^\n]/g, ' '));
