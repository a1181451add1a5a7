// pawl serve: the embedded splitter, as a process of its own.
import { Command } from 'commander';
import type { Finish } from '../in-world.ts';
import type { Shell } from '../terminal-io.ts';
import { wholeNumber } from '../whole-number.ts';

export function serveCommand(shell: Shell, finish: Finish): Command {
  return new Command('serve')
    .description(
      'Starts the splitter: a proxy that divides requests between a stable and a canary version, counts what becomes of them, and takes new weights over its admin interface. Ends on SIGTERM after draining.',
    )
    .option('--port <port>', 'where requests come in', wholeNumber, 8080)
    .option(
      '--admin-port <port>',
      'where weights and counts are asked, on the loopback interface only',
      wholeNumber,
      8081,
    )
    .option(
      '--admin-token-env <name>',
      'environment variable with the token of the admin interface',
      'PAWL_ADMIN_TOKEN',
    )
    .option('--end-with-stdin', 'end when standard input closes: for a parent that must not leave it behind')
    .action(async (options: { port: number; adminPort: number; adminTokenEnv: string; endWithStdin?: boolean }) => {
      const { serve } = await import('@pawl/serving');
      const token = shell.env[options.adminTokenEnv];
      await serve({
        port: options.port,
        adminPort: options.adminPort,
        ...(token !== undefined && { adminToken: token }),
        endWithStdin: options.endWithStdin === true,
      });
      finish(0);
    });
}
