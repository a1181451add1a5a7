// pawl judge calibrate: how far people agree with a model that judges, as a certificate for the repository.
import { Command, Option } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import type { Shell } from '../terminal-io.ts';
import { countFromOne } from '../whole-number.ts';
import type { CalibrateOptions } from './judge-calibrate.ts';

export function judgeCommand(shell: Shell, finish: Finish): Command {
  const judge = new Command('judge');
  judge
    .command('calibrate <suite>')
    .summary('compare a judge with labels, and write a certificate')
    .description(
      "Ask a suite's judge about labelled answers, compare it with the labels, and write what was found into *.judge.json.\nA judge decides verdicts only while such a certificate holds; without one it is advisory. Exits with 1 when the\ncertificate does not suffice.",
    )
    .requiredOption('--labels <file>', 'JSON lines: {"caseId", "output", "label", "author": "human", "at"}')
    .option('--judge <name>', 'which one, by metric or type, where the suite has several')
    .addOption(new Option('--repeats <n>', 'how often each answer is judged').argParser(countFromOne).default(3))
    .option('--model <model>', 'the judge, where the suite names none')
    .option('--base-url <url>', 'any endpoint that speaks the OpenAI API')
    .addOption(new Option('--api-key-env <name>', 'variable that holds the key').default('OPENAI_API_KEY'))
    .option('--cassette <file>', 'recorded answers; default: those of the suite')
    .addOption(new Option('--record <which>', 'which answers are asked for').choices(['none', 'missing', 'all']))
    .addOption(new Option('--concurrency <n>', 'answers judged at a time').argParser(countFromOne).default(4))
    .option('--allow-python', 'run the Python that makes cases; no sandbox holds it')
    .option('-o, --output <file>', 'the certificate; default: beside the suite')
    .option('--json', 'print the certificate as JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action((suite: string, options: CalibrateOptions) =>
      inWorld({ shell, finish, ...options }, async (world) => {
        // Judges and readers of suites are loaded by whoever needs them.
        const { calibrate } = await import('./judge-calibrate.ts');
        return calibrate({ world, shell, suite, options });
      }),
    );
  return judge;
}
