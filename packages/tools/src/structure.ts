// The laws of the house that neither the compiler nor the linter knows, as pure functions of the source files.
export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Breach {
  readonly path: string;
  readonly line: number;
  readonly law: string;
}

type Law = (file: SourceFile) => readonly Breach[];

export const slugs = ['data-validation', 'drift-report', 'prompt-regression', 'eval-gate', 'deploy'] as const;

/** Folders of core that are no feature. */
const coreFolders = [
  'formats',
  'ports',
  'statistics',
  'report',
  'registry',
  'dataset',
  'runs',
  'tracking',
  'model-card',
  'handover',
  'template',
  'scorers',
  'eval-suite',
  'baseline',
  'judges',
  'guardrails',
  'prompt-history',
  'expression',
  'attestation',
];

/** What a folder of core may import of core; types may also come from `ports`. A feature may use all that is no feature. */
const coreArrows: Readonly<Record<string, readonly string[]>> = {
  formats: ['formats'],
  ports: ['ports', 'formats'],
  statistics: ['statistics', 'formats'],
  report: ['report', 'formats'],
};

const lineLimit = 300;

export function checkStructure(files: readonly SourceFile[]): readonly Breach[] {
  const laws: readonly Law[] = [coreLaw, editorLaw, actionsToolkitLaw, lengthLaw, headerLaw, namesLaw, wordsLaw];
  return [...files.flatMap((file) => laws.flatMap((law) => law(file))), ...slugLaw(files)];
}

interface Import {
  readonly from: string;
  readonly line: number;
  /** Gone when the program runs. */
  readonly typeOnly: boolean;
}

/** Static, dynamic and re-exporting imports, with the line they stand on. */
export function importsOf(file: SourceFile): readonly Import[] {
  const pattern =
    /(?:^|[\s;}])(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]/gm;
  return [...withoutComments(file.text).matchAll(pattern)].map((match) => ({
    from: match[1] ?? match[2] ?? match[3] ?? '',
    line: lineAt(file.text, match.index + match[0].length),
    typeOnly: /^[\s;}]*(?:import|export)\s+type\b/.test(match[0]),
  }));
}

const coreLaw: Law = (file) => {
  const [, folder = ''] = /^packages\/core\/src\/([^/]+)\//.exec(file.path) ?? [];
  if (folder === '') return [];
  // Fakes and builders for tests may use whatever they stand in for.
  if (file.path.startsWith('packages/core/src/ports/testing/')) return [];
  const allowed = coreArrows[folder] ?? [folder, ...coreFolders];
  return importsOf(file).flatMap(({ from, line, typeOnly }) => {
    const target = coreFolderOf(file.path, from);
    if (target === undefined || allowed.includes(target) || (typeOnly && folder === 'formats' && target === 'ports'))
      return [];
    return [{ path: file.path, line, law: `core/${folder} must not import core/${target}` }];
  });
};

/** The folder of core that an import points into; undefined when it points elsewhere, or to a file beside them. */
function coreFolderOf(path: string, from: string): string | undefined {
  if (from === '@pawl/core') return 'index';
  if (from.startsWith('@pawl/core/')) return from.split('/')[2];
  if (!from.startsWith('.')) return undefined;
  const parts = path.split('/').slice(0, -1);
  for (const step of from.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  const inCore = parts.join('/').startsWith('packages/core/src/');
  return inCore && parts.length > 4 ? parts[3] : undefined;
}

const editorLaw: Law = (file) => {
  if (!file.path.startsWith('extension/src/') && !file.path.startsWith('packages/')) return [];
  if (file.path.startsWith('extension/src/vscode/') || file.path === 'extension/src/extension.ts') return [];
  return importsOf(file)
    .filter(({ from }) => from === 'vscode')
    .map(({ line }) => ({ path: file.path, line, law: 'only extension/src/vscode and extension.ts know the editor' }));
};

const actionsToolkitLaw: Law = (file) => {
  if (/^packages\/(?:action-kit|github)\//.test(file.path) || !isSource(file)) return [];
  return importsOf(file)
    .filter(({ from }) => from.startsWith('@actions/') || from.startsWith('@octokit/') || from === 'octokit')
    .map(({ line }) => ({ path: file.path, line, law: 'only action-kit and github speak to GitHub' }));
};

const isSource = ({ path }: SourceFile): boolean => /\/src\/.*\.ts$/.test(path) && !path.endsWith('.d.ts');

const lengthLaw: Law = (file) => {
  const lines = file.text.split('\n').length - 1;
  return isSource(file) && lines > lineLimit
    ? [{ path: file.path, line: lines, law: `a file has ${lineLimit} lines at most` }]
    : [];
};

const headerLaw: Law = (file) =>
  isSource(file) && !/^(?:#!.*\n)?\/[/*]/.test(file.text) && file.text.split('\n').length > 40
    ? [{ path: file.path, line: 1, law: 'a file opens with a comment that says what it is and why' }]
    : [];

const namesLaw: Law = (file) => {
  const name = file.path.split('/').at(-1) ?? '';
  return /^(?:utils?|helpers?|common|misc)\.ts$/.test(name)
    ? [{ path: file.path, line: 1, law: `"${name}" says nothing: name the thing` }]
    : [];
};

// Written in pieces, so that this file does not break its own law.
const forbidden: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.])\/(?:work|tmp)\/(?=[a-z])/, 'a path of the machine it was written on'],
  [
    new RegExp(`registry\\.${'npmjs'}|registry\\.${'yarnpkg'}|npm\\.${'pkg'}\\.github`),
    'the host of a registry: npm asks its own configuration',
  ],
  [new RegExp(`\\b(?:${'TO'}DO|${'FIX'}ME|${'XX'}X)\\b`), 'work left for later'],
  [/\b(?:describe|test|it)\.(?:skip|only)\b/, 'a test that is skipped or alone'],
  [/\bvi\.mock\(/, 'a module mock: give the port a fake'],
];

const wordsLaw: Law = (file) => {
  if (!/\.(?:ts|mjs|md|ya?ml)$/.test(file.path)) return [];
  return file.text
    .split('\n')
    .flatMap((text, index) =>
      forbidden
        .filter(([pattern]) => pattern.test(text))
        .map(([, what]) => ({ path: file.path, line: index + 1, law: `holds ${what}` })),
    );
};

/** One word for a feature everywhere: its folder in core, its action, and nothing else beside them. */
function slugLaw(files: readonly SourceFile[]): readonly Breach[] {
  const folders = (pattern: RegExp): ReadonlySet<string> =>
    new Set(files.flatMap(({ path }) => pattern.exec(path)?.[1] ?? []));
  const actions = folders(/^actions\/([^/]+)\//);
  const core = folders(/^packages\/core\/src\/([^/]+)\//);
  const known: readonly string[] = slugs;
  return [
    ...known
      .filter((slug) => !actions.has(slug))
      .map((slug) => ({ path: `actions/${slug}`, line: 1, law: 'a feature has an action' })),
    ...known
      .filter((slug) => !core.has(slug))
      .map((slug) => ({ path: `packages/core/src/${slug}`, line: 1, law: 'a feature has a folder in core' })),
    ...[...actions]
      .filter((name) => !known.includes(name))
      .map((name) => ({ path: `actions/${name}`, line: 1, law: 'an action is named as its feature' })),
    ...[...core]
      .filter((name) => !known.includes(name) && !coreFolders.includes(name))
      .map((name) => ({
        path: `packages/core/src/${name}`,
        line: 1,
        law: 'core has its known folders and one for each feature',
      })),
  ];
}

const withoutComments = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/^\s*\/\/.*$/gm, (comment) => ' '.repeat(comment.length));

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
