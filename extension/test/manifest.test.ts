// Holds the manifest against the code: what is contributed exists, and what exists is contributed.
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandsOf } from '../src/commands.ts';
import { fakeApp } from './fakes.ts';

const extension = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;
const ids = contributes.commands.map(({ command }) => command);

interface Manifest {
  readonly main: string;
  readonly icon: string;
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly dependencies?: unknown;
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: unknown } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category?: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly viewsWelcome: readonly { readonly view: string; readonly when: string; readonly contents: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string }[]>>;
    readonly customEditors: readonly { readonly viewType: string }[];
  };
}

describe('the manifest', () => {
  it('contributes exactly the commands that have a file', async () => {
    const files = (await readdir(join(extension, 'src'), { recursive: true }))
      .filter((file) => /[\\/]commands[\\/][a-z-]+\.ts$/.test(file))
      .map((file) => file.replace(/^.*[\\/]/, '').replace(/\.ts$/, ''));
    const fromFiles = files.map(
      (file) => `pawl.${file.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
    );
    expect(ids.toSorted()).toEqual(fromFiles.toSorted());
  });

  it('contributes exactly the commands that the code registers', () => {
    const registered = commandsOf(fakeApp(undefined)).map(({ id }) => id);
    expect(registered.toSorted()).toEqual(ids.toSorted());
  });

  it('gives every command a title and its place in the palette', () => {
    for (const { title, category } of contributes.commands) {
      expect(title).toMatch(/^[A-Z].*[a-z]$/);
      expect(category).toBe('Pawl');
    }
    expect(contributes.menus['commandPalette']?.map(({ command }) => command).toSorted()).toEqual(ids.toSorted());
  });

  it('puts no unknown command into a menu or a welcome text', () => {
    for (const { command } of Object.values(contributes.menus).flat()) expect(ids).toContain(command);
    const called = contributes.viewsWelcome.flatMap(({ contents }) => [...contents.matchAll(/command:(pawl\.\w+)/g)]);
    for (const [, command] of called) expect(ids).toContain(command);
  });

  it('has icons that exist', () => {
    const icons = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...Object.values(contributes.views)
        .flat()
        .map(({ icon }) => icon),
    ];
    for (const icon of icons) expect(existsSync(join(extension, icon))).toBe(true);
  });

  it('has a word for every view that is empty', () => {
    for (const { id } of contributes.views['pawl'] ?? []) {
      expect(contributes.viewsWelcome.some(({ view, when }) => view === id && when === 'pawl.situation == ready')).toBe(
        true,
      );
    }
    for (const situation of ['no-folder', 'untrusted', 'no-git', 'no-repository']) {
      expect(contributes.viewsWelcome.some(({ when }) => when === `pawl.situation == ${situation}`)).toBe(true);
    }
  });

  it('runs nothing of an untrusted folder, and depends on nothing that is not in the bundle', () => {
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
    expect(manifest.dependencies).toBeUndefined();
  });

  it('asks for the editor whose types it was checked against', () => {
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode']}`);
  });

  it('carries the license of the repository', () => {
    const read = (path: string): string => readFileSync(path, 'utf8');
    expect(read(join(extension, 'LICENSE'))).toBe(read(join(extension, '..', 'LICENSE')));
  });

  it('imports the editor’s API only in src/vscode and in the composition root', async () => {
    const sources = (await readdir(join(extension, 'src'), { recursive: true })).filter((file) => file.endsWith('.ts'));
    const importers = sources.filter((file) =>
      /from 'vscode'/.test(readFileSync(join(extension, 'src', file), 'utf8')),
    );
    expect(importers.filter((file) => !/^(?:vscode[\\/].*|extension\.ts)$/.test(file))).toEqual([]);
  });
});
