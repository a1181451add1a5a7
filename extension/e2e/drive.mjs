// Opens the workbench in a browser and gives a walk its hands: call the API in the extension host, look at the page.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const READY_LIMIT_MS = 60_000;
const STEP_LIMIT_MS = 20_000;

const CHROMIUM_FLAGS = [
  // In a container the sandbox's own requirements are usually not met; the only page opened is ours.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * What this build says at every start, also without any extension: native modules that were not compiled, a service
 * worker that code-server leaves out, and the gallery and the sign-in that are switched off on purpose. And what it
 * says of itself when a theme is saved on a busy machine, and of its own extensions when a folder becomes trusted.
 */
const KNOWN_NOISE =
  /could not locate the bindings file|Aborted onWillSaveTextDocument-event|Extension `vscode\.[a-z-]+` is already registered|build\/Release\/watchdog|registration TypeError: Failed to register a ServiceWorker|authentication provider 'github'|127\.0\.0\.1:9\b/iu;

/** VS Code's own name of each theme, and the class that the workbench carries once it is shown. */
export const THEMES = {
  light: { name: 'Default Light Modern', className: 'vs' },
  dark: { name: 'Default Dark Modern', className: 'vs-dark' },
  'hc-dark': { name: 'Default High Contrast', className: 'hc-black' },
  'hc-light': { name: 'Default High Contrast Light', className: 'hc-light' },
};

/**
 * @param {object} options
 * @param {Awaited<ReturnType<import('./vscode-server.mjs').startServer>>} options.server
 * @param {string} options.folder                   absolute path of the workspace folder
 * @param {string} options.chromium                 from installVSCode()
 * @param {string} [options.shots]                  where screenshots go
 * @param {keyof typeof THEMES} [options.theme]
 * @param {{ width: number, height: number }} [options.viewport]
 */
export async function openWorkbench({
  server,
  folder,
  chromium: executablePath,
  shots = 'shots',
  theme,
  viewport = { width: 1400, height: 900 },
}) {
  // The evaluator of an earlier page must not be taken for this one's.
  rmSync(server.portFile, { force: true });
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  try {
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_LIMIT_MS);
    const foreignOrigins = new Set();
    await context.route(WEBVIEW_RESOURCE, (route) => answerFromDisk(route, server));
    const errors = [];
    let exitCode;
    page.on('request', (request) => {
      const { hostname, origin } = new URL(request.url());
      if (WEBVIEW_RESOURCE.test(request.url())) return;
      if (hostname !== '' && hostname !== '127.0.0.1') foreignOrigins.add(origin);
    });
    const complain = (text) => KNOWN_NOISE.test(text) || errors.push(text);
    page.on('pageerror', (error) => complain(error.message));
    // The two functions by which the workbench reports on its tests, here the evaluator.
    await page.exposeFunction(
      'codeAutomationLog',
      (type, args) => type === 'error' && complain(args.map(String).join(' ')),
    );
    await page.exposeFunction('codeAutomationExit', (code) => (exitCode = code));

    const remote = (path) => `vscode-remote://${server.authority}${path}`;
    const payload = [
      // The development extension is only the evaluator's empty shell: what is tested is installed from its VSIX.
      ['extensionDevelopmentPath', remote(server.evaluatorDir)],
      ['extensionTestsPath', remote(join(server.evaluatorDir, 'index.cjs'))],
      ['skipWelcome', 'true'],
    ];
    await page.goto(`${server.url}/?${new URLSearchParams({ folder, payload: JSON.stringify(payload) })}`);
    const evaluatorUrl = await evaluatorAddress(server, () => exitCode, errors);
    await page.locator('.monaco-workbench .part.activitybar').waitFor();

    const post = async (route, body) => {
      const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
      const response = await fetch(`${evaluatorUrl}${route}`, { method: 'POST', headers, body: JSON.stringify(body) });
      const { value, error } = await response.json();
      if (error !== undefined) throw new Error(`in the extension host: ${error}`);
      return value;
    };

    /** Runs `fn(vscode, ...args)` in the extension host. It sees nothing of this module: pass what it needs. */
    const evaluate = (fn, ...args) => post('/evaluate', { source: fn.toString(), args });

    /** Keeps a picture of the page, or of one part of it, and returns its path. */
    const screenshot = async (name, locator = page) => {
      mkdirSync(shots, { recursive: true });
      const path = join(shots, `${name}.png`);
      await locator.screenshot({ path, animations: 'disabled' });
      return path;
    };

    const setTheme = async (id) => {
      const { name, className } = THEMES[id];
      await evaluate(
        (vscode, theme) => vscode.workspace.getConfiguration().update('workbench.colorTheme', theme, true),
        name,
      );
      await page.locator(`.monaco-workbench.${className}`).waitFor();
      // Views repaint one after the other; the class comes first.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    };

    /** Shows a view container by a click on its icon, as a user does, and leaves it alone when it is shown. */
    const openContainer = async (title) => {
      const tab = page.locator('.part.activitybar').getByRole('tab', { name: title });
      if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
      await page.locator('.part.sidebar').getByRole('heading', { name: title }).first().waitFor();
    };

    /** A row of any tree in the side bar, by the start of its accessible name. */
    const treeItem = (name) => page.locator('.part.sidebar').getByRole('treeitem', { name }).first();

    /** Unfolds a row without opening what it stands for. */
    const expand = async (item) => {
      await item.waitFor();
      if ((await item.getAttribute('aria-expanded')) === 'false') await item.locator('.monaco-tl-twistie').click();
    };

    /** The document inside a visible webview, which VS Code puts two frames deep. Hidden ones stay in the page. */
    const webview = (index = 0) =>
      page.locator('iframe.webview.ready:visible').nth(index).contentFrame().frameLocator('#active-frame');

    const close = async () => {
      await post('/quit', {}).catch(() => {});
      await browser.close();
    };
    if (theme !== undefined) await setTheme(theme);
    return {
      page,
      evaluate,
      screenshot,
      setTheme,
      openContainer,
      treeItem,
      expand,
      webview,
      /** Uncaught errors of the page, and what VS Code logged as an error. */
      errors,
      /** Origins other than this machine that the page has asked; a walk wants none. */
      foreignOrigins: () => [...foreignOrigins],
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/**
 * The name under which a webview asks for VS Code's own files, such as the style of the Markdown preview. A service
 * worker answers it inside the page; this build has none, so the walk does, and nothing leaves the machine.
 */
const WEBVIEW_RESOURCE = /^https:\/\/vscode-remote\+[0-9a-z-]+\.vscode-resource\.vscode-cdn\.net\//u;

async function answerFromDisk(route, server) {
  const path = decodeURIComponent(new URL(route.request().url()).pathname);
  const isOurs = [server.serverDir, server.extensionsDir].some((folder) => resolve(path).startsWith(`${folder}/`));
  if (!isOurs) return route.abort();
  // The webview is of another origin than this name, as it is with the service worker.
  return route.fulfill({ path, headers: { 'access-control-allow-origin': '*' } });
}

async function evaluatorAddress(server, exitCode, errors) {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline) {
    const port = readIfThere(server.portFile);
    if (port !== '') return `http://127.0.0.1:${port}`;
    if (exitCode() !== undefined) break;
    await wait(50);
  }
  throw new Error(`the evaluator did not start in the extension host\n${errors.join('\n')}\n${server.log()}`);
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
