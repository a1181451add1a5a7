// The walk's steps, in the order in which somebody would take them. Each looks at the page, not at the code.
import { faintTexts } from './contrast.mjs';
import { THEMES } from './drive.mjs';
import { readReports } from './sample-repository.mjs';

/** Of CPU. Said beside the measure, and no reason to fail: the machine may be busy with other work. */
const ACTIVATION_BUDGET_MS = 50;

export async function seeActivation({ walk, checks }) {
  await checks.check('it is not active before it is needed, and then activates', async () => {
    const { cpu, wall, active } = await walk.evaluate(async (vscode) => {
      const extension = vscode.extensions.getExtension('pawl.pawl');
      const { active } = extension;
      // Of this thread alone: the host's other threads compile and collect for everybody.
      const cpu = () => Object.values(process.threadCpuUsage()).reduce((sum, micros) => sum + micros / 1000, 0);
      const [before, started] = [cpu(), performance.now()];
      await extension.activate();
      return { cpu: cpu() - before, wall: performance.now() - started, active };
    });
    if (active) throw new Error('it was active before anybody asked for it');
    return `${cpu.toFixed(1)} ms of CPU for loading and activating (budget ${ACTIVATION_BUDGET_MS} ms), ${wall.toFixed(1)} ms on the clock`;
  });
}

export async function openTrees({ walk, checks, expected }) {
  const started = performance.now();
  await walk.openContainer('Pawl');
  const { runs, prompt, model } = expected;
  const [latest] = runs;
  if (latest !== undefined) {
    await checks.check('the Runs view shows the newest run, its verdict in words', async () => {
      await runRow(walk, latest).first().waitFor();
      return `${(performance.now() - started).toFixed(0)} ms after the click on the icon`;
    });
  }
  if (prompt !== undefined) {
    await checks.check('the Prompts view shows the prompt and its registered versions', async () => {
      for (const name of [prompt.name, prompt.older.version, prompt.newer.version])
        await row(walk, 'Prompts', name).waitFor();
    });
  }
  if (model !== undefined) {
    await checks.check('the Models view shows the model and its versions', async () => {
      for (const name of [model.name, model.version]) await row(walk, 'Models', name).waitFor();
    });
  }
}

export async function openReport({ walk, checks, expected, sample }) {
  const { reported } = expected;
  if (reported === undefined) return checks.leaveOut('a run opens its report', 'no run has one');
  const { run, report, index } = reported;
  await checks.check('a run opens its report', async () => {
    const started = performance.now();
    await runRow(walk, run).nth(index).click();
    await walk.webview().getByRole('heading', { name: report.name }).first().waitFor();
    const took = performance.now() - started;
    await walk.webview().getByText(report.headline).first().waitFor();
    if (report.footer.reproduce !== undefined)
      await walk.webview().getByText(report.footer.reproduce).first().waitFor();
    return `${took.toFixed(0)} ms`;
  });
  await checks.check('the report has the colours of each theme, with a contrast of at least 4.5', async () => {
    const seen = new Set();
    for (const theme of Object.keys(THEMES)) {
      await walk.setTheme(theme);
      const body = walk.webview().locator('body');
      const wanted = await walk.page
        .locator('.editor-instance, .part.editor')
        .first()
        .evaluate((part) => getComputedStyle(part).backgroundColor);
      await expectSoon(async () => (await body.evaluate((node) => getComputedStyle(node).backgroundColor)) === wanted);
      seen.add(wanted);
      const faint = await walk
        .webview()
        .locator('h1, .facts, .verdict, th, td, code, summary, footer')
        .evaluateAll(faintTexts);
      if (faint.length > 0) throw new Error(`hard to read in ${theme}: ${faint.join(', ')}`);
      await walk.screenshot(`report-${theme}`);
    }
    if (seen.size < 3) throw new Error([...seen].join(', '));
  });
  await walk.setTheme('light');
  await checks.check('the command that reproduces it is copied from the report in front', async () => {
    await walk.page.locator('.part.editor').getByRole('button', { name: 'Copy Command to Reproduce' }).click();
    await expectSoon(
      async () => (await walk.evaluate((vscode) => vscode.env.clipboard.readText())) === report.footer.reproduce,
    );
  });
  if (sample !== undefined) await openUneasyRuns({ walk, checks, expected });
}

/** A run whose texts attack the reader, one that could not judge, and one that has no report at all. */
async function openUneasyRuns({ walk, checks, expected }) {
  await checks.check('hostile text in a report stays text', async () => {
    const [hostile] = readReports('hostile');
    const run = expected.runs.find(({ name }) => name === hostile.name);
    await runRow(walk, run).first().click();
    await walk.webview().getByRole('heading', { level: 1 }).getByText('<script>alert(1)</script>').waitFor();
    const active = await walk
      .webview()
      .locator('main :is(script, img, iframe, object, form, [onclick], [onerror], a:not([href^="http"]))')
      .count();
    if (active > 0) throw new Error(`${active} active elements`);
    await walk.screenshot('hostile-light');
  });
  await checks.check('a report with charts is drawn in the colours of the theme', async () => {
    await (await reveal(walk, 'Runs', row(walk, 'Runs', 'flight-delay, pass'))).click();
    await walk.webview().locator('svg.chart').first().waitFor();
    for (const theme of ['light', 'dark', 'hc-dark']) {
      await walk.setTheme(theme);
      await walk.screenshot(`charts-${theme}`);
    }
    await walk.setTheme('light');
  });
  await checks.check('a run without a report says so', async () => {
    await (await reveal(walk, 'Runs', row(walk, 'Runs', 'flight-delay, no verdict'))).click();
    await walk.webview().getByText('This run was recorded without a report.').waitFor();
    await walk.screenshot('no-report-light');
  });
}

export async function seeDiff({ walk, checks, expected }) {
  const { prompt } = expected;
  if (prompt === undefined) return checks.leaveOut('two versions of a prompt are compared', 'no prompt has two');
  await checks.check('two versions of a prompt are compared side by side', async () => {
    const newer = row(walk, 'Prompts', prompt.newer.version);
    await newer.click();
    await newer.hover();
    await newer.getByRole('button', { name: 'Compare Prompt Versions' }).click();
    await walk.page.locator('.quick-input-widget').getByText(prompt.older.version, { exact: false }).first().click();
    await expectSoon(
      async () => (await diffTexts(walk))?.title === `${prompt.name}@${prompt.older.version} ↔ ${prompt.newer.version}`,
    );
    const { left, right } = await diffTexts(walk);
    if (left !== prompt.older.text || right !== prompt.newer.text)
      throw new Error(`the sides are\n${left}\nand\n${right}`);
    await walk.page.locator('.monaco-diff-editor .line-insert').first().waitFor();
  });
  for (const theme of ['light', 'dark', 'hc-dark']) {
    await walk.setTheme(theme);
    await walk.screenshot(`diff-${theme}`);
  }
  await walk.setTheme('light');
}

export async function compareWithWorkTree({ walk, checks, expected, root }) {
  const { prompt } = expected;
  if (prompt === undefined) return;
  await checks.check('a version is compared with the working tree', async () => {
    const newer = row(walk, 'Prompts', prompt.newer.version);
    await newer.hover();
    await newer.getByRole('button', { name: 'Compare Prompt with Working Tree' }).click();
    await expectSoon(
      async () => (await diffTexts(walk))?.title === `${prompt.name}@${prompt.newer.version} ↔ working tree`,
    );
    const { left, right } = await diffTexts(walk);
    if (left !== prompt.newer.text || right !== prompt.now(root))
      throw new Error(`the sides are\n${left}\nand\n${right}`);
  });
}

export async function openCard({ walk, checks, expected }) {
  const { model } = expected;
  if (model === undefined) return checks.leaveOut('a model version opens its card', 'no model has one');
  await checks.check('a model version opens its card as it was then', async () => {
    await row(walk, 'Models', model.version).click();
    await walk.webview().getByRole('heading', { name: model.heading }).waitFor();
  });
  for (const theme of ['light', 'dark', 'hc-light']) {
    await walk.setTheme(theme);
    await walk.screenshot(`card-${theme}`);
  }
  await walk.setTheme('light');
}

export async function seeNewRun({ walk, checks, sample }) {
  const sentence = 'a run that is added appears by itself';
  if (sample === undefined) return checks.leaveOut(sentence, 'a repository that is given is not written to');
  await checks.check(sentence, async () => {
    const [report] = readReports('pass');
    // The group of the newest run comes first.
    await pane(walk, 'Runs').locator('.monaco-list').hover();
    await walk.page.mouse.wheel(0, -10_000);
    const started = performance.now();
    const run = await sample.addRun({ ...report, name: 'flight-delay-night' });
    const added = performance.now();
    await runRow(walk, run).first().waitFor();
    return `${(performance.now() - added).toFixed(0)} ms after it was stored, which took ${(added - started).toFixed(0)} ms`;
  });
}

export async function seeNoRepository({ walk, checks }) {
  await checks.check('a folder without a repository gets a calm word, and empty views are not shown', async () => {
    await walk.openContainer('Pawl');
    await walk.page.getByText('This folder is no Git repository').waitFor();
    if ((await pane(walk, 'Prompts').count()) > 0) throw new Error('the Prompts view is shown');
    await walk.screenshot('no-repository-dark');
  });
  await checks.check('a command says why it cannot do anything', async () => {
    await walk.evaluate((vscode) => vscode.commands.executeCommand('pawl.openRun'));
    // A workbench under test shows no toasts; the list has what would have been one.
    await walk.evaluate((vscode) => vscode.commands.executeCommand('notifications.showList'));
    await walk.page.locator('.notifications-center').getByText('no Git repository that Pawl can read').waitFor();
  });
}

export async function seeUntrusted({ walk, checks, git }) {
  await checks.check('in a folder that is not trusted no Git is run, and the view says why', async () => {
    const trusted = await walk.evaluate((vscode) => vscode.workspace.isTrusted);
    if (trusted) throw new Error('the folder is trusted');
    await walk.openContainer('Pawl');
    await walk.page.getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
    await walk.evaluate((vscode) => vscode.commands.executeCommand('pawl.refresh'));
    await walk.screenshot('untrusted-light');
    if (git.calls().length > 0) throw new Error(git.calls().join('\n'));
  });
  await checks.check('once it is trusted the runs appear by themselves', async () => {
    await walk.evaluate((vscode) => vscode.commands.executeCommand('workbench.trust.manage'));
    await walk.page
      .getByRole('button', { name: /^Trust/ })
      .first()
      .click();
    await pane(walk, 'Runs').getByRole('treeitem').first().waitFor();
    if (git.calls().length === 0) throw new Error('they did not come from Git');
  });
}

const pane = (walk, title) =>
  walk.page.locator('.part.sidebar .pane').filter({ has: walk.page.locator('.pane-header', { hasText: title }) });

/** A row by the start of its name: a version is also spoken of in its prompt's own row. */
const row = (walk, title, name) => rowsOf(walk, title, name).first();

const rowsOf = (walk, title, name) =>
  pane(walk, title).getByRole('treeitem', { name: new RegExp(`^${RegExp.escape(name)}`) });

const runRow = (walk, run) => rowsOf(walk, 'Runs', `${run.name}, ${run.verdict ?? 'no verdict'} ·`);

/** A tree has only the visible rows in the page: scrolls its pane until the row is one of them. */
async function reveal(walk, title, locator) {
  await pane(walk, title).locator('.monaco-list').hover();
  for (let step = 0; step < 100 && !(await locator.isVisible()); step++) {
    await walk.page.mouse.wheel(0, 66);
    await new Promise((done) => setTimeout(done, 50));
  }
  return locator;
}

/** Title and both texts of the diff in front. */
const diffTexts = (walk) =>
  walk.evaluate(async (vscode) => {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    if (!(tab?.input instanceof vscode.TabInputTextDiff)) return undefined;
    const read = async (uri) => (await vscode.workspace.openTextDocument(uri)).getText();
    return { title: tab.label, left: await read(tab.input.original), right: await read(tab.input.modified) };
  });

async function expectSoon(holds, limitMs = 10_000) {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms: ${holds}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
