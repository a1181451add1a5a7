// Folders of suites as workspaces, and users' scripts in a bare context: the sandbox is another package's.
import { readdirSync, readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import type { ScriptRunner } from '@pawl/core';
import { fakeWorkspace } from '@pawl/core/testing';
import { readEvalSuite, type EvalSuiteRequest } from '../../src/eval-suite/index.ts';

export const formats = new URL('../../../../fixtures/formats/', import.meta.url);

export const foldersOf = (path: string): readonly string[] => readdirSync(new URL(path, formats)).toSorted();

export function filesOf(path: string): Record<string, Uint8Array> {
  const folder = new URL(`${path}/`, formats);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const full = `${entry.parentPath}/${entry.name}`;
      return [full.slice(folder.pathname.length).replace(/^\/+/, ''), readFileSync(full)];
    }),
  );
}

const mainFile = /(?:^|\/)(?:promptfooconfig\.(?:ya?ml|json)|[^/]+\.eval\.yml|[^/]+\.prompty|[^/]+\.prompt\.yml)$/;

/** A folder whose name ends with `-off` is read where no scripts are run. */
export function readFolder(path: string, options: Partial<EvalSuiteRequest> = {}) {
  const files = filesOf(path);
  const main = Object.keys(files).find((file) => mainFile.test(file) && !file.includes('/')) ?? '';
  return readEvalSuite({
    path: main,
    workspace: fakeWorkspace(files),
    ...(!path.endsWith('-off') && { scripts: bareScripts }),
    ...options,
  });
}

export const readText = (
  text: string,
  options: Partial<EvalSuiteRequest> & { files?: Record<string, string> } = {},
) => {
  const { files, ...rest } = options;
  const path = rest.path ?? 'promptfooconfig.yaml';
  return readEvalSuite({ path, workspace: fakeWorkspace({ ...files, [path]: text }), ...rest });
};

/** CommonJS only, which is all that the fixtures are written in. */
export const bareScripts: ScriptRunner = {
  run: async ({ module }) => {
    if (module === undefined) return { failure: 'only modules here' };
    const holder: { exports: unknown } = { exports: {} };
    try {
      runInContext(module.source, createContext({ module: holder, exports: holder.exports }));
      const { exports } = holder as { exports: Record<string, unknown> };
      const called = module.export === undefined ? (exports['default'] ?? exports) : exports[module.export];
      const value: unknown = typeof called === 'function' ? called(...structuredClone(module.args)) : called;
      return { value: JSON.parse(JSON.stringify(value)) };
    } catch (error) {
      return { failure: (error as Error).message };
    }
  },
  matches: async () => ({ found: false }),
  close: async () => undefined,
};

/** Where we mean to differ from promptfoo, and why: `fixtures/formats/promptfoo/differences.json`. */
export const differences = JSON.parse(
  readFileSync(new URL('promptfoo/differences.json', formats), 'utf8'),
) as readonly {
  readonly folder: string;
  readonly what: string;
  readonly why: string;
  readonly promptfoo: { readonly rows: number; readonly passed: number };
  readonly pawl: { readonly cases: number; readonly problems: readonly string[] };
}[];
