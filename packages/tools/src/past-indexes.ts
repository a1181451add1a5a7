// Imports in a bundle that go past our index files, straight to the module that has the name.
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Through an index file esbuild gives every entry all modules that any chunk takes from there: schemas of what is never
 * read would be made at each start.
 *
 * @param root of the repository, with `packages/NAME/package.json` for each `@pawl/NAME`
 */
export function pastIndexes(root: string): Plugin {
  const rewrite = goingPastIndexes(root);
  return {
    name: 'pawl-past-indexes',
    setup: (host) => {
      host.onLoad({ filter: ownSource }, async ({ path }) => ({
        contents: rewrite(await readFile(path, 'utf8'), path),
        loader: 'ts',
      }));
    },
  };
}

/** Our own modules, whose imports are rewritten. */
export const ownSource = /[\\/](?:packages|actions)[\\/][^\\/]+[\\/]src[\\/].*\.ts$/;

/** The text of a module, its imports from index files turned into imports from where the names are. */
export function goingPastIndexes(root: string): (text: string, path: string) => string {
  const exportsOf = rememberingIndexes();
  return (text, path) =>
    text.replaceAll(statement, (whole, verb: string, names: string, from: string) => {
      const index = indexOf(root, path, from);
      return index === undefined ? whole : direct({ verb, names, from, file: path, found: exportsOf(index) });
    });
}

/** As the formatter writes them. Those of types alone vanish by themselves. */
const statement = /^(import|export) \{([^}]*)\} from '([^']+)';$/gm;

/** The index file that a specifier means; undefined where it means another file, or nothing of ours. */
function indexOf(root: string, importer: string, specifier: string): string | undefined {
  if (specifier.startsWith('.'))
    return specifier.endsWith('/index.ts') ? join(dirname(importer), specifier) : undefined;
  const [, name, rest] = /^@pawl\/([^/]+)(\/.+)?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  const folder = join(root, 'packages', name);
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { exports } = JSON.parse(readFileSync(file, 'utf8')) as { exports: Readonly<Record<string, string>> };
  const target = exports[`.${rest ?? ''}`];
  return target?.endsWith('/index.ts') === true ? join(folder, target) : undefined;
}

interface Source {
  readonly file: string;
  readonly name: string;
}

/** What an index file passes on, by the name under which it does. */
function rememberingIndexes(): (index: string) => ReadonlyMap<string, Source> {
  const known = new Map<string, ReadonlyMap<string, Source>>();
  const read = (index: string): ReadonlyMap<string, Source> => {
    const earlier = known.get(index);
    if (earlier !== undefined) return earlier;
    const found = new Map<string, Source>();
    known.set(index, found);
    for (const [, verb, names = '', from = ''] of readFileSync(index, 'utf8').matchAll(statement)) {
      if (verb !== 'export' || !from.startsWith('.')) continue;
      const file = join(dirname(index), from);
      for (const { name, as } of named(names)) {
        const further = file.endsWith('/index.ts') ? read(file).get(name) : undefined;
        found.set(as, further ?? { file, name });
      }
    }
    return found;
  };
  return read;
}

interface Named {
  readonly name: string;
  readonly as: string;
}

const named = (list: string): readonly Named[] =>
  list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('type '))
    .map((each) => {
      const [name = '', as = name] = each.split(' as ');
      return { name, as };
    });

interface Statement {
  readonly verb: string;
  readonly names: string;
  readonly from: string;
  readonly file: string;
  readonly found: ReadonlyMap<string, Source>;
}

function direct({ verb, names, from, file, found }: Statement): string {
  return named(names)
    .map(({ name, as }) => {
      const source = found.get(name);
      const path = source === undefined ? from : `./${relative(dirname(file), source.file).replaceAll('\\', '/')}`;
      return `${verb} { ${source?.name ?? name} as ${as} } from '${path}';`;
    })
    .join(' ');
}
