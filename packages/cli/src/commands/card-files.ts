// Which file a card is, and its text with every byte: what an update does not change must stay as it is.
import type { Problem, Read } from '@pawl/core';
import { readCard, type ModelCard } from '@pawl/core/model-card';
import type { World } from '@pawl/wiring';

/** The README.md in the one folder of this name. */
export async function cardOfName(world: World, name: string): Promise<Read<string>> {
  // A name may hold glob characters; a folder is found by comparing.
  const cards = (await world.workspace.list('**/README.md')).filter((path) =>
    `/${path}`.endsWith(`/${name}/README.md`),
  );
  const [value] = cards;
  return value === undefined || cards.length > 1 ? { problems: [noOneCard(name, cards)] } : { value, problems: [] };
}

/** A path of a Markdown file, or a model's name. */
export async function cardPath(world: World, text: string): Promise<Read<string>> {
  if (!/\.md$/i.test(text)) return cardOfName(world, text);
  const path = text.replaceAll('\\', '/').replace(/^\.\//, '');
  return { value: path, problems: [] };
}

/** The folder's name, as in `models/flight-delay/README.md`; of another file its own. */
export function nameOfCard(path: string): string {
  const parts = path.split('/');
  const file = parts.at(-1) ?? '';
  return /^readme\.md$/i.test(file) && parts.length > 1 ? (parts.at(-2) ?? '') : file.replace(/\.md$/i, '');
}

/** @throws WorkspaceError when the file lies outside, or cannot be read */
export async function readCardFile(world: World, path: string): Promise<Read<ModelCard>> {
  const bytes = await world.workspace.read(path);
  if (bytes === undefined) {
    return { problems: [{ ...problem('FILE_MISSING', `There is no file "${path}".`, 'Check the path.'), file: path }] };
  }
  try {
    return readCard({ text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), file: path });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const notText = problem('CARD_NOT_UTF8', 'The card is no UTF-8 text.', 'Save it as UTF-8.');
    return { problems: [{ ...notText, file: path }] };
  }
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });

const noOneCard = (name: string, cards: readonly string[]): Problem =>
  cards.length === 0
    ? problem(
        'CARD_UNKNOWN',
        `There is no model card of "${name}" here.`,
        `A card is the README.md in a folder of the model's name: models/${name}/README.md.`,
      )
    : problem(
        'CARD_AMBIGUOUS',
        `${cards.length} folders named "${name}" have a card: ${cards.join(', ')}.`,
        'Give more of the path: models/NAME.',
      );
