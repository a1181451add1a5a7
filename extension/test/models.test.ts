import { describe, expect, it } from 'vitest';
import { openModelCard } from '../src/models/commands/open-model-card.ts';
import { loadModels } from '../src/models/model.ts';
import { modelRows } from '../src/models/tree.ts';
import { fakeApp, fakeRepository, makeVersion } from './fakes.ts';

const candidate = makeVersion('flight-delay', 'v2.0.0');
const production = makeVersion('flight-delay', 'v1.0.0', { labels: ['production'] });
const prompt = makeVersion('mail-triage', 'v1.0.0');
const content = {
  versions: [candidate, production, prompt],
  prompts: ['prompts/mail-triage.prompt.yml'],
  files: { [`${production.commit}:models/flight-delay/README.md`]: '# Flight delay' },
};

describe('the Models view', () => {
  it('shows registered names that are no prompts, with versions and labels', async () => {
    const rows = modelRows(fakeApp(fakeRepository(content)));

    const models = await rows.children();
    expect(models.map((model) => [rows.row(model).label, rows.row(model).description])).toEqual([
      ['flight-delay', 'production v1.0.0'],
    ]);
    const shown = (await rows.children(models[0])).map((version) => [
      rows.row(version).label,
      rows.row(version).description,
    ]);
    expect(shown).toEqual([
      ['v2.0.0', ''],
      ['v1.0.0', 'production'],
    ]);
  });

  it('shows a name that is both a prompt and a model with a card', async () => {
    const files = { [`${prompt.commit}:models/mail-triage/README.md`]: '# Mail triage' };
    const models = await loadModels(fakeRepository({ ...content, files }), new Set(['mail-triage']));
    expect(models.map(({ name }) => name)).toEqual(['flight-delay', 'mail-triage']);
  });
});

describe('the command of a model', () => {
  it('opens the card as it was at that version', async () => {
    const app = fakeApp(fakeRepository(content));
    await openModelCard(app).run({ type: 'model-version', version: production });
    expect(app.asked).toEqual(['markdown: flight-delay@v1.0.0:models/flight-delay/README.md']);
  });

  it('says where it looked when there is no card', async () => {
    const app = fakeApp(fakeRepository(content));
    await openModelCard(app).run({ type: 'model-version', version: candidate });
    expect(app.asked).toEqual([
      `inform: flight-delay@v2.0.0 has no model card: there is no models/flight-delay/README.md or models/flight-delay.md at commit ${candidate.commit.slice(0, 10)}.`,
    ]);
  });

  it('asks which version when it is called on a model', async () => {
    const repository = fakeRepository(content);
    const [model] = await loadModels(repository, new Set(['mail-triage']));
    const app = fakeApp(repository, ['flight-delay@v1.0.0']);
    await openModelCard(app).run(model);
    expect(app.asked).toEqual([
      'choose: Which version? flight-delay@v2.0.0 | flight-delay@v1.0.0',
      'markdown: flight-delay@v1.0.0:models/flight-delay/README.md',
    ]);
  });
});
