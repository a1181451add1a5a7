// Server-sent events as model endpoints send them: lines that end in CR, LF or both, comments that keep the connection
// open, characters cut in two by the network. Source of the rules: WHATWG HTML, "Interpreting an event stream".

export interface ServerEvent {
  /** `message` unless the server names another. */
  readonly event: string;
  readonly data: string;
}

/** More in one event is no answer of a model. */
const longestEvent = 4_000_000;

/** @throws RangeError when one event is longer than any answer */
export async function* serverSentEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data: string[] = [];
  let afterReturn = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true });
    // A CR at the end of one chunk and a LF at the start of the next are one line's end.
    if (afterReturn && text.startsWith('\n')) text = text.slice(1);
    if (text !== '') afterReturn = text.endsWith('\r');
    const lines = text.split(/\r\n|\n|\r/);
    // What came before is not gone through again: a long line that comes in small pieces would take all the time there is.
    lines[0] = rest + (lines[0] ?? '');
    rest = lines.pop() ?? '';
    if (rest.length > longestEvent) throw new RangeError('one event of the stream is too long');
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n') };
        event = '';
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') data.push(value);
      else if (field === 'event') event = value;
    }
  }
  // By the rules an event without its empty line is dropped; servers that end so have still said it whole.
  const last = `${rest}${decoder.decode()}`;
  if (last.startsWith('data:')) data.push(last.slice('data:'.length).replace(/^ /, ''));
  if (data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n') };
}
