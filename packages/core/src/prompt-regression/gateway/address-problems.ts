// Mistakes in where a gateway is, or is to be started.
import type { Problem } from '../../formats/problem.ts';
import type { PromptRegressionInputs } from '../inputs.ts';
import type { GatewayConfig } from './config.ts';

/** @param other the baseline has a configuration of its own */
export function addressProblems(
  inputs: PromptRegressionInputs,
  { kind }: GatewayConfig,
  other: boolean,
): readonly Problem[] {
  const [command, url, old] = [inputs['gateway-command'], inputs['gateway-url'], inputs['gateway-baseline-url']];
  const problems: Problem[] = [];
  if (command !== undefined && (url !== undefined || old !== undefined))
    problems.push({
      ...problem('INPUT_INVALID', 'The gateway is either started (gateway-command) or runs already (gateway-url).'),
      hint: 'Leave one of them out.',
    });
  const addresses = { 'gateway-url': url, 'gateway-baseline-url': old };
  for (const [name, value] of Object.entries(addresses))
    if (value !== undefined && !/^https?:\/\//.test(value))
      problems.push({
        ...problem('INPUT_INVALID', `The input "${name}" is "${value}", which is no http or https URL.`),
        hint: 'Write for example http://localhost:4000/v1.',
      });
  if (kind === 'litellm' && url !== undefined && old === undefined && other)
    problems.push({
      ...problem('GATEWAY_BASELINE_MISSING', 'The configuration changed, and nobody says where the old one runs.'),
      hint: 'Give gateway-baseline-url, or gateway-command to start both.',
    });
  return problems;
}

const problem = (code: string, message: string): Problem => ({ code, severity: 'error', message });
