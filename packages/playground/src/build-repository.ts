// The throw-away repository of the walk: a bare origin, a main branch with history and registered production
// versions, and three branches that change data, model and prompt for better, for worse, and on too little evidence.
import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cutFlights, cutMails, writeMails } from './cut-data.ts';
import { git, type Author } from './git.ts';
import { material } from './material.ts';

export const branches = ['better-model-and-prompt', 'new-exporter', 'tiny-test-set'] as const;
export type Branch = (typeof branches)[number];

export interface Playground {
  /** The bare repository that everybody pushes to. */
  readonly origin: string;
  /** Robin's clone. */
  readonly clone: string;
  readonly heads: Readonly<Record<Branch | 'main', string>>;
}

const robin: Author = { name: 'Robin', daysAgo: 0 };

/** Addresses that the deployment file names. */
export interface Machines {
  readonly tritonUrl: string;
  readonly modelRepository: string;
  readonly adminUrl: string;
  readonly vllmUrl: string;
  /** Folder that vLLM loads adapters from. */
  readonly adapters: string;
}

/** @param folder is emptied first */
export async function buildRepository(folder: string, machines: Machines): Promise<Playground> {
  await rm(folder, { recursive: true, force: true });
  const origin = join(folder, 'origin.git');
  const clone = join(folder, 'flights');
  const cuts = join(folder, 'cuts');
  await mkdir(origin, { recursive: true });
  await git(origin, ['init', '--quiet', '--bare', '--initial-branch=main']);
  await git(folder, ['clone', '--quiet', origin, clone]);
  await git(clone, ['checkout', '--quiet', '-B', 'main']);
  await cutFlights({
    flights: join(cuts, 'main.parquet'),
    'flights-test': join(cuts, 'test.parquet'),
    'flights-good': join(cuts, 'good.parquet'),
    'flights-bad': join(cuts, 'bad.parquet'),
  });

  await writeHistory(clone, cuts, machines);
  const heads = {
    main: await git(clone, ['rev-parse', 'main']),
    'better-model-and-prompt': await writeBetter(clone, cuts),
    'new-exporter': await writeWorse(clone, cuts),
    'tiny-test-set': await writeTiny(clone, cuts),
  };
  await git(clone, ['checkout', '--quiet', 'main']);
  await git(clone, ['push', '--quiet', '--tags', 'origin', 'main', ...branches]);
  return { origin, clone, heads };
}

/** Main as a team would have grown it, with v1.0.0 of model and prompt registered and in production. */
async function writeHistory(clone: string, cuts: string, machines: Machines): Promise<void> {
  const main = join(material, 'main');
  const take = (...paths: string[]) =>
    Promise.all(paths.map((path) => cp(join(main, path), join(clone, path), { recursive: true })));
  await take('README.md', 'pawl.yml', 'data', '.github', '.gitignore');
  await cp(join(cuts, 'main.parquet'), join(clone, 'data/flights.parquet'));
  await cp(join(cuts, 'test.parquet'), join(clone, 'data/flights-test.parquet'));
  await commit(clone, 'Flights of January to April, and what must hold of them', { name: 'Kim', daysAgo: 21 });

  await take('models', 'deployments');
  for (const name of ['flight-delay', 'mail-adapter'])
    await fillDeployment(join(clone, `deployments/${name}.deploy.yml`), machines);
  await takeAdapter(clone, 'production');
  await cp(join(material, 'models/flight-delay/production.onnx'), join(clone, 'models/flight-delay/model.onnx'));
  await cp(join(material, 'models/flight-delay/card.production.md'), join(clone, 'models/flight-delay/README.md'));
  await commit(clone, 'A model that says which flights will be late', { name: 'Robin', daysAgo: 14 });
  await register(clone, 'flight-delay', { name: 'Robin', daysAgo: 14 });

  await cp(join(material, 'models/mail-triage/card.md'), join(clone, 'models/mail-triage/README.md'));
  await takePrompt(clone, 'production', ['production']);
  await cutMails(join(clone, 'data/mails.jsonl'));
  await commit(clone, 'Triage of mails by a small language model', { name: 'Kim', daysAgo: 3 });
  await register(clone, 'mail-triage', { name: 'Kim', daysAgo: 3 });
  await register(clone, 'mail-adapter', { name: 'Kim', daysAgo: 3 });
}

/** The walk's servers listen on free ports; a team's file would name its own. */
async function fillDeployment(file: string, machines: Machines): Promise<void> {
  const text = await readFile(file, 'utf8');
  const filled = text
    .replace('http://triton.internal:8000', machines.tritonUrl)
    .replace('/srv/triton/models', machines.modelRepository)
    .replace('http://splitter.internal:8081', machines.adminUrl)
    .replace('http://vllm.internal:8000', machines.vllmUrl)
    .replace('/srv/vllm/adapters', machines.adapters);
  await writeFile(file, filled);
}

async function writeBetter(clone: string, cuts: string): Promise<string> {
  await branch(clone, 'better-model-and-prompt');
  await cp(join(cuts, 'good.parquet'), join(clone, 'data/flights.parquet'));
  await commit(clone, 'Add the flights of May, and the part of the day', robin);
  await cp(join(material, 'models/flight-delay/good.onnx'), join(clone, 'models/flight-delay/model.onnx'));
  await cp(join(material, 'models/flight-delay/card.good.md'), join(clone, 'models/flight-delay/README.md'));
  await commit(clone, 'Boosted trees that know the airports', robin);
  await takeAdapter(clone, 'good');
  await commit(clone, 'An adapter next to zero', robin);
  await takePrompt(clone, 'good', ['production', 'good']);
  return commit(clone, 'One more worked example', robin);
}

async function takeAdapter(clone: string, version: string): Promise<void> {
  await cp(
    join(material, 'models/mail-adapter', `${version}.safetensors`),
    join(clone, 'models/mail-adapter/adapter_model.safetensors'),
  );
}

async function writeWorse(clone: string, cuts: string): Promise<string> {
  await branch(clone, 'new-exporter');
  await cp(join(cuts, 'bad.parquet'), join(clone, 'data/flights.parquet'));
  await commit(clone, 'Take May from the new exporter', robin);
  await cp(join(material, 'models/flight-delay/bad.onnx'), join(clone, 'models/flight-delay/model.onnx'));
  await commit(clone, 'Train again', robin);
  await takePrompt(clone, 'bad', ['production', 'bad']);
  return commit(clone, 'Shorten the prompt', robin);
}

async function writeTiny(clone: string, cuts: string): Promise<string> {
  await branch(clone, 'tiny-test-set');
  await takePrompt(clone, 'good', ['production', 'good']);
  const mails = await cutMails(join(cuts, 'mails.jsonl'));
  await writeMails(join(clone, 'data/mails.jsonl'), mails.slice(0, 30));
  return commit(clone, 'One more worked example, and only thirty mails', robin);
}

async function takePrompt(clone: string, version: string, cassettes: readonly string[]): Promise<void> {
  const prompts = join(clone, 'prompts');
  await mkdir(prompts, { recursive: true });
  await cp(join(material, 'prompts', `${version}.prompt.yml`), join(prompts, 'mail-triage.prompt.yml'));
  const target = join(prompts, 'mail-triage.cassette.jsonl');
  await writeFile(target, '');
  for (const [index, name] of cassettes.entries()) {
    const lines = (await readFile(join(material, 'prompts', `${name}.cassette.jsonl`), 'utf8')).split('\n');
    // One header for the file: all answers come from the same model.
    await appendFile(target, lines.slice(index === 0 ? 0 : 1).join('\n'));
  }
}

async function branch(clone: string, name: Branch): Promise<void> {
  await git(clone, ['checkout', '--quiet', '-b', name, 'main']);
}

async function commit(clone: string, message: string, author: Author): Promise<string> {
  await git(clone, ['add', '--all']);
  await git(clone, ['commit', '--quiet', '-m', message], author);
  return git(clone, ['rev-parse', 'HEAD']);
}

/** As `pawl registry register` and `label` do: annotated tags in GTO's grammar. */
async function register(clone: string, name: string, author: Author): Promise<void> {
  await git(clone, ['tag', '-a', '-m', `Register ${name}@v1.0.0`, `${name}@v1.0.0#1`], author);
  await git(clone, ['tag', '-a', '-m', `${name}@v1.0.0 goes to production`, `${name}#production#2`], author);
}
