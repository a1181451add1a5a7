// pawl attestation create | verify: what a gate found, signed, for whoever does not see this repository's runs.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Problem, Read } from '@pawl/core';
import { checkStatement, statementOf, type Wanted } from '@pawl/core/attestation';
import { findRun, selectorHelp } from '@pawl/core/runs';
import { escapeTerminal, oneLine } from '@pawl/core/report';
import type { World } from '@pawl/wiring';
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import { checkSignature, readStatement, signStatement } from '../signed-statement.ts';
import type { Shell } from '../terminal-io.ts';
import { vanished } from './run-show.ts';

interface CreateOptions {
  readonly key?: string;
  readonly output?: string;
  readonly directory?: string;
}

interface VerifyOptions {
  readonly key?: string;
  readonly signedElsewhere?: true;
  readonly model?: string;
  readonly policy?: string;
  readonly data?: string;
  readonly json?: boolean;
}

export function attestationCommand(shell: Shell, finish: Finish): Command {
  const attestation = new Command('attestation');
  attestation
    .command('create')
    .summary("a run's verdict as an in-toto statement")
    .description(
      'Write what a gate found on exactly these bytes as an in-toto statement (predicate test-result), and sign it.\nWithout a key it is not signed: actions/attest does that in a workflow.',
    )
    .argument('<run>', selectorHelp)
    .option('--key <file>', 'private key in PEM (Ed25519, ECDSA, RSA): sign it in a DSSE envelope')
    .option('-o, --output <file>', 'write it there instead of printing it')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .addHelpText('after', createExamples)
    .action((run: string, options: CreateOptions) =>
      inWorld({ shell, finish, ...options }, (world) => create(run, options, { world, shell })),
    );
  attestation
    .command('verify <file>')
    .summary('check a signed statement, and that it speaks of these files')
    .description(
      'Check that a gate passed, that the statement was signed by this key, and that it speaks of these files.\nReads statements, DSSE envelopes and Sigstore bundles. Exits with 1 when something does not hold.',
    )
    .option('--key <file>', 'public key in PEM')
    .option('--signed-elsewhere', 'the signature was checked already, by "gh attestation verify" or cosign')
    .option('--model <file>', 'the file that goes forward: it must be the one that was judged')
    .option('--policy <file>', 'the gate must have judged by this policy')
    .option('--data <file>', 'the gate must have judged on these data')
    .option('--json', 'print the problems as JSON')
    .addHelpText('after', verifyExamples)
    .action(async (file: string, options: VerifyOptions) => finish(await verify(file, options, shell)));
  return attestation;
}

const createExamples = `
Examples:
  $ openssl genpkey -algorithm ed25519 -out gate.key && openssl pkey -in gate.key -pubout -out gate.pub
  $ pawl attestation create latest:eval-gate/flight-delay --key gate.key -o flight-delay.intoto.json`;

const verifyExamples = `
Examples:
  $ pawl attestation verify flight-delay.intoto.json --key gate.pub --model models/flight-delay.onnx`;

async function create(
  text: string,
  { key, output }: CreateOptions,
  { world, shell }: { readonly world: World; readonly shell: Shell },
): Promise<number> {
  const found = await findRun(world.store, text);
  if (found.value === undefined) return showProblems(found.problems, shell, false);
  const run = await world.store.read(found.value.id);
  if (run === undefined) return showProblems([vanished(found.value.id)], shell, false);
  const statement = statementOf(run);
  if (statement.value === undefined) return showProblems(statement.problems, shell, false);
  let made: unknown = statement.value;
  if (key !== undefined) {
    const pem = await readHere(key, shell);
    if (pem.value === undefined) return showProblems(pem.problems, shell, false);
    const signed = signStatement(statement.value, pem.value.toString('utf8'));
    if (signed.value === undefined)
      return showProblems(
        signed.problems.map((one) => ({ ...one, file: key })),
        shell,
        false,
      );
    made = signed.value;
  }
  const json = JSON.stringify(made, null, 2);
  if (output === undefined) {
    shell.out(json);
    return 0;
  }
  try {
    await writeFile(resolve(shell.cwd, output), `${json}\n`);
  } catch (error) {
    return showProblems([fileProblem('written', output, error)], shell, false);
  }
  shell.out(`${statement.value.predicate.result} for ${statement.value.subject[0]!.name} written to ${output}.`);
  return 0;
}

async function verify(file: string, options: VerifyOptions, shell: Shell): Promise<number> {
  const { key, json = false } = options;
  if (key === undefined && options.signedElsewhere === undefined) return showProblems([withoutKey], shell, json);
  const files = await readAll([file, key, options.model, options.policy, options.data], shell);
  if (files.value === undefined) return showProblems(files.problems, shell, json);
  const [text, pem, model, policy, data] = files.value;
  const read = readStatement(text!.toString('utf8'));
  if (read.value === undefined)
    return showProblems(
      read.problems.map((one) => ({ ...one, file })),
      shell,
      json,
    );
  const given: Wanted['given'] = [
    ...(policy === undefined ? [] : [{ role: 'policy' as const, path: options.policy!, digest: digestOf(policy) }]),
    ...(data === undefined ? [] : [{ role: 'data' as const, path: options.data!, digest: digestOf(data) }]),
  ];
  const subject = model === undefined ? {} : { subject: { path: options.model!, digest: digestOf(model) } };
  const signature = pem === undefined ? undefined : checkSignature(read.value, pem.toString('utf8'));
  const problems = [
    ...(signature === undefined ? [] : [signature]),
    ...checkStatement(read.value.statement, { ...subject, given }),
  ];
  if (problems.length > 0) {
    showProblems(problems, shell, json);
    return 1;
  }
  const [judged] = read.value.statement.subject;
  if (json) shell.out(JSON.stringify({ problems: [], statement: read.value.statement }, null, 2));
  else shell.out(oneLine(escapeTerminal(`The gate passed ${judged!.name} (sha256:${judged!.digest.sha256}).`)));
  return 0;
}

async function readAll(
  files: readonly (string | undefined)[],
  shell: Shell,
): Promise<Read<readonly (Buffer | undefined)[]>> {
  const reads = await Promise.all(
    files.map((file): Promise<Read<Buffer | undefined>> | Read<undefined> =>
      file === undefined ? { value: undefined, problems: [] } : readHere(file, shell),
    ),
  );
  const problems = reads.flatMap((read) => read.problems);
  return problems.length > 0 ? { problems } : { value: reads.map((read) => read.value), problems: [] };
}

async function readHere(file: string, shell: Shell): Promise<Read<Buffer>> {
  try {
    return { value: await readFile(resolve(shell.cwd, file)), problems: [] };
  } catch (error) {
    return { problems: [fileProblem('read', file, error)] };
  }
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** @throws what is a bug of ours, as it is */
function fileProblem(what: 'read' | 'written', file: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (!/^E[A-Z]+$/.test(code)) throw error;
  const hint = 'Check the path and its permissions.';
  return { code: 'FILE_UNREADABLE', severity: 'error', message: `It cannot be ${what}: ${code}.`, hint, file };
}

const withoutKey: Problem = {
  code: 'ATTESTATION_KEY_MISSING',
  severity: 'error',
  message: 'No key is given, so the signature would not be checked.',
  hint: 'Give --key; or --signed-elsewhere after "gh attestation verify" has checked it.',
};
