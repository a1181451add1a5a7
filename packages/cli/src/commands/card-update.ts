// pawl card update: what the newest passing run says goes into the card, and nothing else changes.
import { exitCodes, type Problem, type Read } from '@pawl/core';
import { gatherFacts, lineDiff, namedRun, updateCard, writeCard, type CardUpdate } from '@pawl/core/model-card';
import { escapeTerminal } from '@pawl/core/report';
import type { World } from '@pawl/wiring';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import { cardPath, nameOfCard, readCardFile } from './card-files.ts';

export interface UpdateOptions {
  readonly json?: boolean;
  readonly directory?: string;
  readonly run?: string;
  readonly name?: string;
  readonly check?: boolean;
  readonly diff?: boolean;
}

interface Update {
  readonly world: World;
  readonly shell: Shell;
  readonly text: string;
  readonly options: UpdateOptions;
}

export async function update({ world, shell, text, options }: Update): Promise<number> {
  const { json = false, check = false, diff = false } = options;
  const path = await cardPath(world, text);
  if (path.value === undefined) return showProblems(path.problems, shell, json);
  const card = await readCardFile(world, path.value);
  if (card.value === undefined) return showProblems(card.problems, shell, json);
  const name = options.name ?? nameOfCard(path.value);
  const facts = await factsFor(world, name, options.run);
  if (facts.value === undefined) {
    showProblems(facts.problems, shell, json);
    return facts.problems.some(({ code }) => code === 'CARD_NO_RUN') ? exitCodes.inconclusive : 2;
  }
  const before = writeCard(card.value);
  const after = updateCard(card.value, facts.value);
  if (after.value === undefined) return showProblems(after.problems, shell, json);
  const changed = after.value !== before;
  if (changed && !check) await world.workspace.write(path.value, after.value);
  const lines = changed && (diff || json) ? lineDiff(before, after.value) : [];
  const runs = facts.value.runs.map(({ id }) => id);
  if (json) {
    shell.out(
      JSON.stringify({ path: path.value, name, runs, changed, written: changed && !check, diff: lines }, null, 2),
    );
  } else {
    if (diff && changed) shell.out(lines.map(escapeTerminal).join('\n'));
    shell.out(escapeTerminal(said(path.value, runs, { changed, check })));
  }
  return changed && check ? exitCodes.fail : 0;
}

function said(
  path: string,
  runs: readonly string[],
  { changed, check }: { readonly changed: boolean; readonly check: boolean },
): string {
  const by = runs.join(' and ');
  if (!changed) return `${path} says what run ${by} measured.`;
  return check
    ? `${path} is stale: "pawl card update ${path}" fills it from run ${by}.`
    : `${path} is filled from run ${by}.`;
}

async function factsFor(world: World, name: string, id: string | undefined): Promise<Read<CardUpdate>> {
  const { sha256 } = await world.context();
  const gathered = await gatherFacts(name, { workspace: world.workspace, store: world.store, sha256 }, 'passing');
  if (gathered.value === undefined) return { problems: gathered.problems };
  const { training } = gathered.value;
  const named = id === undefined ? undefined : await namedRun(id, world.store);
  if (named !== undefined && named.value === undefined) return { problems: named.problems };
  const runs = named?.value === undefined ? gathered.value.runs : [named.value];
  if (runs.length === 0) return { problems: [noRun(name)] };
  return { value: { name, runs, ...(training !== undefined && { training }) }, problems: [] };
}

const noRun = (name: string): Problem => ({
  code: 'CARD_NO_RUN',
  severity: 'error',
  message: `No run that passed has judged "${name}" as it is now.`,
  hint: 'Run "pawl gate" or "pawl eval" first, or name a run: --run ID.',
});
