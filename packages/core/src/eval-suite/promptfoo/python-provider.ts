// `python:answer.py:ask` and `file://answer.py:ask`: a provider that is a program of the repository.
import { isMap, pathIn } from '../reading.ts';
import type { PromptfooReading } from './promptfoo-reading.ts';
import type { Kind, KindRequest } from './provider-kinds.ts';
import { isPython, pythonFile, referenceOf } from './scripts.ts';
import { withFiles } from './settings-files.ts';

/** @param written path and function, with `file://` before them or without */
export async function pythonKind(
  reading: PromptfooReading,
  written: string,
  { id, config, environment, place }: KindRequest,
): Promise<Kind | undefined> {
  const { path: relative, name } = referenceOf(written);
  if (!isPython(relative)) {
    reading.say({
      code: 'PROVIDER_UNSUPPORTED',
      message: `The provider "${id}" names no Python file.`,
      hint: 'Write python:<file>.py, or python:<file>.py:<function>.',
      place,
    });
    return undefined;
  }
  const path = pathIn(reading, reading.file, relative, place);
  if (path === undefined) return undefined;
  const script = await pythonFile(reading, { path, name: name ?? 'call_api' }, place);
  if (script === undefined) return undefined;
  const { env: own, ...settings } = config;
  const filled = await withFiles(reading, settings);
  return { kind: 'python', config: { script, env: isMap(own) ? own : environment, settings: filled } };
}
