// Runs in the extension host as its "tests", which keeps the host open, and there calls the functions that the driver
// sends. So a walk acts through the `vscode` API, which is quick and steady, and looks at the page for the result.
//
// Whoever can reach this port can run code as the user, so it listens on the loopback interface only, on a port of
// the system's choice, and answers no request without the token that the server was started with.
const { createHash, timingSafeEqual } = require('node:crypto');
const { writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { runInThisContext } = require('node:vm');
const vscode = require('vscode');

const LONGEST_REQUEST = 4 * 1024 * 1024;
const { token, portFile } = JSON.parse(process.env.PAWL_E2E_EVALUATOR ?? '{}');
// What the host starts later (git, terminals, language servers) has no use for it.
delete process.env.PAWL_E2E_EVALUATOR;

// Compared as digests: those have one length, whatever was sent.
const digest = (text) => createHash('sha256').update(text).digest();

function isAllowed(request, port) {
  const given = digest(request.headers.authorization ?? '');
  // The Host header tells a page that was led here by a forged name from the driver.
  return request.headers.host === `127.0.0.1:${port}` && timingSafeEqual(given, digest(`Bearer ${token}`));
}

async function read(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > LONGEST_REQUEST) throw new Error('the request is too long');
  }
  return JSON.parse(text);
}

async function call({ source, args }) {
  if (typeof source !== 'string' || !Array.isArray(args)) throw new TypeError('a request is { source, args }');
  // Parentheses make it an expression: a list of statements does not parse, and only a function is accepted.
  const callable = runInThisContext(`(${source}\n)`, { filename: 'walk.js' });
  if (typeof callable !== 'function') throw new TypeError('only the source of a function is accepted');
  return callable(vscode, ...args);
}

exports.run = () =>
  new Promise((finish, fail) => {
    if (!token || !portFile) {
      fail(new Error('the evaluator was started without its token'));
      return;
    }
    const server = createServer(async (request, response) => {
      const answer = (status, body) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (!isAllowed(request, server.address().port)) return answer(403, { error: 'no' });
      if (request.method === 'POST' && request.url === '/quit') {
        answer(200, {});
        server.close();
        return finish();
      }
      if (request.method !== 'POST' || request.url !== '/evaluate') return answer(404, { error: 'no such route' });
      try {
        const value = await call(await read(request));
        return answer(200, { value });
      } catch (error) {
        return answer(200, { error: String(error?.stack ?? error) });
      }
    });
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => writeFileSync(portFile, String(server.address().port), { mode: 0o600 }));
  });
