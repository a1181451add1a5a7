// What a Python file imports from the repository, as far as its text tells: these modules decide what it answers just as
// it does itself, so they are read with it, from the work tree or from a commit.
import type { LocalModule } from '../../formats/eval-suite.ts';
import { noteInput, type Reading } from '../reading.ts';

/** A suite that reaches more of a repository than this is not followed further. */
const mostModules = 200;

/** @param file path of the file from the root, @param source its text */
export async function localModules(reading: Reading, file: string, source: string): Promise<readonly LocalModule[]> {
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
  const found = new Map<string, LocalModule>();
  const looked = new Set<string>();
  const waiting = [...importsOf(source, '')];
  for (let name = waiting.shift(); name !== undefined && found.size < mostModules; name = waiting.shift()) {
    if (looked.has(name)) continue;
    looked.add(name);
    const module = await moduleAt(reading, folder, name);
    if (module === undefined) continue;
    found.set(name, module);
    waiting.push(...importsOf(module.source, module.file.endsWith('/__init__.py') ? name : parentOf(name)));
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function moduleAt(reading: Reading, folder: string, name: string): Promise<LocalModule | undefined> {
  const path = `${folder}${name.replaceAll('.', '/')}`;
  // A package goes before a module of its name, as Python has it.
  for (const file of [`${path}/__init__.py`, `${path}.py`]) {
    // What cannot be read, as a link that leads out of the repository, is not part of it.
    const source = await reading.files.readText(file).catch(() => undefined);
    if (source === undefined) continue;
    await noteInput(reading, file, 'suite');
    return { name, file, source };
  }
  return undefined;
}

const parentOf = (name: string): string => (name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '');

/**
 * Names that may be modules: of `from a import b` both `a` and `a.b`, and every package above them.
 * @param parent the package that the text stands in, for `from . import x`
 */
export function importsOf(source: string, parent: string): readonly string[] {
  const names: string[] = [];
  const add = (name: string): void => {
    const parts = name.split('.');
    for (let length = 1; length <= parts.length; length++) names.push(parts.slice(0, length).join('.'));
  };
  // Lines that go on after a backslash, or inside of brackets, are one.
  const text = source.replaceAll(/\\\r?\n/g, ' ').replaceAll(/#[^\n"']*$/gm, '');
  for (const [, from = '', imported = ''] of text.matchAll(
    /^[^\S\n]*from[^\S\n]+(\.*[\p{L}\p{N}_.]*)[^\S\n]+import[^\S\n]*(\([^)]*\)|[^\n;]*)/gmu,
  )) {
    const base = absolute(from, parent);
    if (base === undefined) continue;
    if (base !== '') add(base);
    for (const name of listed(imported.replaceAll(/[()]/g, ''))) add(base === '' ? name : `${base}.${name}`);
  }
  for (const [, imported = ''] of text.matchAll(/^[^\S\n]*import[^\S\n]+([^\n;]+)/gm))
    for (const name of listed(imported)) add(name);
  return [...new Set(names)];
}

const listed = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim().split(/\s/)[0] ?? '')
    .filter((name) => /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(name));

/** `..words` inside of `checks.texts` is `words`; undefined when it leads out of every package. */
function absolute(written: string, parent: string): string | undefined {
  const [dots = ''] = /^\.*/.exec(written) ?? [];
  const name = written.slice(dots.length);
  if (dots === '') return name;
  const parts = parent === '' ? [] : parent.split('.');
  if (dots.length > parts.length) return undefined;
  return [...parts.slice(0, parts.length - dots.length + 1), ...(name === '' ? [] : [name])].join('.');
}
