// Traces of agents: spans in OpenTelemetry's words, where a provider or a test puts them in `metadata.trace`.
import type { ScoreFailure, ScoreRequest } from './scorer.ts';
import { cannotTell, isRecord } from './verdicts.ts';

export interface Span {
  readonly name: string;
  readonly startTime: number;
  readonly endTime?: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly statusCode?: number;
  readonly statusMessage?: string;
}

export interface Trace {
  readonly spans: readonly Span[];
  /** Tools that stand for a shell. */
  readonly commandTools: readonly string[];
}

export function traceOf({ answer, metadata }: ScoreRequest): Trace | undefined {
  const written = answer.metadata?.['trace'] ?? metadata['trace'];
  if (!isRecord(written) || !Array.isArray(written['spans'])) return undefined;
  const extra = isRecord(written['metadata']) ? written['metadata']['commandToolNames'] : undefined;
  const names = Array.isArray(extra) ? extra.filter((name): name is string => typeof name === 'string') : [];
  return { spans: written['spans'].flatMap(spanOf), commandTools: names };
}

function spanOf(written: unknown): readonly Span[] {
  if (!isRecord(written) || typeof written['name'] !== 'string') return [];
  const { name, startTime, endTime, attributes, statusCode, statusMessage } = written;
  return [
    {
      name: name as string,
      startTime: typeof startTime === 'number' ? startTime : Number.NaN,
      attributes: isRecord(attributes) ? attributes : {},
      ...(typeof endTime === 'number' && { endTime }),
      ...(typeof statusCode === 'number' && { statusCode }),
      ...(typeof statusMessage === 'string' && { statusMessage }),
    },
  ];
}

export const noTrace = (type: string): ScoreFailure =>
  cannotTell(`"${type}" needs a trace and the answer has none`, 'Let the provider give one as "metadata.trace.spans".');
