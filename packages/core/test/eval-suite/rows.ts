// What a suite asks and checks, row by row in promptfoo's order: of ours, and of a result that promptfoo wrote.
import type { Assertion, AssertionSet, EvalCase, EvalSuite } from '../../src/formats/eval-suite.ts';
import { resolveReferences } from '../../src/prompt-regression/case-vars.ts';
import { compilePrompt } from '../../src/prompt-regression/render-prompt.ts';

export interface Row {
  readonly provider: string;
  readonly vars: unknown;
  /** What the provider is told; missing where the test brings its output along. */
  readonly text?: string;
  readonly assert: readonly unknown[];
  readonly threshold?: number;
  readonly metadata: unknown;
}

export function rowsOf(suite: EvalSuite): readonly Row[] {
  const compiled = new Map(suite.prompts.map((prompt) => [prompt.label, compilePrompt(prompt, true)]));
  return suite.cases.flatMap((one) =>
    Array.from({ length: one.repeats ?? suite.run.repeats ?? 1 }).flatMap(() =>
      suite.providers
        .filter(({ label }) => one.providers?.includes(label) ?? true)
        .flatMap((provider) =>
          suite.prompts
            .filter(
              ({ label }) => (one.prompts?.includes(label) ?? true) && (provider.prompts?.includes(label) ?? true),
            )
            .map(({ label }) => rowOf(one, provider.label, compiled.get(label)!)),
        ),
    ),
  );
}

function rowOf(one: EvalCase, provider: string, compiled: ReturnType<typeof compilePrompt>): Row {
  return {
    provider,
    vars: one.vars,
    ...(one.output === undefined && { text: textOf(one, compiled) }),
    assert: one.assertions.map(written),
    ...(one.threshold !== undefined && { threshold: one.threshold }),
    metadata: one.metadata,
  };
}

function textOf(one: EvalCase, compiled: ReturnType<typeof compilePrompt>): string {
  const rendered = compiled.render(resolveReferences(one.vars), one);
  return 'value' in rendered ? rendered.value.text() : rendered.failure;
}

/** As promptfoo writes it: `weight` where it is not 1, `not-` before the type. */
function written(item: Assertion | AssertionSet): unknown {
  const { weight, metric, threshold, config } = item;
  const shared = {
    ...(threshold !== undefined && { threshold }),
    ...(weight !== 1 && { weight }),
    ...(metric !== undefined && { metric }),
    ...(config !== undefined && { config }),
  };
  if (item.kind === 'set') return { type: 'assert-set', assert: item.assertions.map(written), ...shared };
  return {
    type: `${item.negated ? 'not-' : ''}${item.type}`,
    ...(item.value !== undefined && { value: item.value }),
    ...shared,
  };
}
