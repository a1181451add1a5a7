// pawl store collect: takes handovers from folders, as `gh run download` leaves them, into the store with one push.
import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { exitCodes, worstVerdict, type Problem, type Read, type Sha256 } from '@pawl/core';
import {
  bundlesOf,
  collectedVerdict,
  countLegs,
  handoverProblem,
  legWords,
  manifestName,
  maxFileBytes,
  maxFiles,
  maxHandovers,
  newestHandovers,
  readHandover,
  type Handover,
  type HandoverFile,
} from '@pawl/core/handover';
import { escapeTerminal, plainHeadline } from '@pawl/core/report';
import type { World } from '@pawl/wiring';
import type { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';

interface Options {
  readonly json?: boolean;
  readonly directory?: string;
  readonly legs?: string;
}

export function addStoreCollect(store: Command, shell: Shell, finish: Finish): void {
  store
    .command('collect')
    .summary('store what jobs handed over, from folders of their artifacts')
    .description(
      'Stores what jobs of your own handed over as artifacts (`store: artifact`), with one push. Each folder is one handover, or holds several. What a fork handed over is only for `mode: publish`, which asks GitHub where it comes from.',
    )
    .argument('<folders...>', 'folders with handover.json in them or one folder below')
    .option('--legs <names>', 'names that must be there, separated by commas')
    .option('--json', 'print JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action(async (folders: readonly string[], options: Options) => {
      const { directory, json = false } = options;
      const place = { shell, finish, json, ...(directory !== undefined && { directory }) };
      await inWorld(place, async (world) => {
        const { sha256 } = await world.context();
        const read = await readFolders(
          folders.map((folder) => resolve(shell.cwd, folder)),
          sha256,
        );
        if (read.value === undefined) return showProblems(read.problems, shell, json);
        return collect(read.value, { world, shell, options });
      });
    });
}

async function collect(
  found: readonly Handover[],
  { world, shell, options }: { readonly world: World; readonly shell: Shell; readonly options: Options },
): Promise<number> {
  const handovers = newestHandovers(found);
  const names = (options.legs ?? '').split(',').map((name) => name.trim());
  const count = countLegs(handovers, { names: names.filter((name) => name !== ''), needs: {} });
  const ids = new Set(handovers.flatMap(({ bundle }) => bundle.runs.map(({ run }) => run.id)));
  const known = await world.store.list({ all: true, matches: ({ id }) => ids.has(id) });
  const bundles = bundlesOf(handovers, new Set(known.map(({ id }) => id)));
  const spooled: string[] = [];
  for (const bundle of bundles) {
    const receipt = await world.store.add(bundle);
    if (receipt.kept === 'spool') spooled.push(receipt.reason ?? 'no reason was given');
  }
  const stored = bundles.reduce((sum, { runs }) => sum + runs.length, 0);
  const verdict = worstVerdict([
    collectedVerdict(handovers),
    ...(count.missing.length === 0 ? [] : ['error' as const]),
  ]);
  const words = [
    ...handovers.map(({ manifest, report }) => `${manifest.section}: ${plainHeadline(report)}`),
    `${legWords(count)}; ${stored} ${stored === 1 ? 'run is' : 'runs are'} new${spooled.length === 0 ? '' : `, kept aside: ${spooled[0]}`}.`,
  ];
  const value = { verdict, legs: count, stored, known: known.length, spooled };
  shell.out(options.json === true ? JSON.stringify(value, null, 2) : words.map(escapeTerminal).join('\n'));
  return spooled.length === 0 ? exitCodes[verdict] : exitCodes.error;
}

async function readFolders(folders: readonly string[], sha256: Sha256): Promise<Read<readonly Handover[]>> {
  const handovers: Handover[] = [];
  const problems: Problem[] = [];
  for (const folder of folders) {
    const places = await placesIn(folder);
    if (places.length === 0) problems.push(noHandover(folder));
    for (const place of places) {
      const files = await filesIn(place);
      const read: Read<Handover> =
        typeof files === 'string'
          ? { problems: [handoverProblem(basename(place), files)] }
          : readHandover(files, basename(place), sha256);
      const strange = read.value?.bundle.runs.find(({ run }) => run.origin.trust === 'fork');
      problems.push(...read.problems);
      if (strange !== undefined) problems.push(ofAFork(place));
      else if (read.value !== undefined) handovers.push(read.value);
    }
  }
  return problems.length > 0 ? { problems } : { value: handovers, problems };
}

/** The folder itself when it is a handover, else those of its folders that are. */
async function placesIn(folder: string): Promise<readonly string[]> {
  if (await isFile(join(folder, manifestName))) return [folder];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  const found = await Promise.all(
    below.map(async (place) => ((await isFile(join(place, manifestName))) ? [place] : [])),
  );
  return found.flat().toSorted().slice(0, maxHandovers);
}

const isFile = (path: string): Promise<boolean> =>
  lstat(path).then(
    (stat) => stat.isFile(),
    () => false,
  );

/** @returns the files, or why they are not read: a link may lead anywhere */
async function filesIn(folder: string): Promise<readonly HandoverFile[] | string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  if (entries.length > 2 * maxFiles) return `it has ${entries.length} files and folders`;
  const files: HandoverFile[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const shown = path.slice(folder.length + 1).replaceAll(sep, '/');
    if (!entry.isFile()) return `${JSON.stringify(shown)} is a link or a device`;
    if ((await lstat(path)).size > maxFileBytes) return `${JSON.stringify(shown)} is larger than 1 MB`;
    files.push({ path: shown, content: await readFile(path) });
  }
  return files;
}

const noHandover = (folder: string): Problem => ({
  code: 'HANDOVER_NONE',
  severity: 'error',
  message: `There is no handover in ${folder}.`,
  hint: `Download the artifacts named pawl-bundle-…, for example by \`gh run download RUN --pattern 'pawl-bundle-*'\`; each holds ${manifestName}.`,
});

const ofAFork = (folder: string): Problem => ({
  code: 'HANDOVER_OF_FORK',
  severity: 'error',
  message: `${basename(folder)} was handed over by a fork.`,
  hint: 'Take it in by `mode: publish`, which asks GitHub where it comes from: files say what their author likes.',
});
