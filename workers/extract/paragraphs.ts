const MAX_PARAGRAPH_CHARS = 8_000;

/** Runs of lines between blank ones, trimmed at the end; a run too long to handle is cut at a line end or a space. */
export function* paragraphsOf(text: string): Generator<string> {
  let lines: string[] = [];
  let size = 0;
  for (let at = 0; at <= text.length;) {
    let stop = text.indexOf('\n', at);
    if (stop < 0) stop = text.length;
    const line = text.slice(at, stop).trimEnd();
    at = stop + 1;
    if (line === '' || size + line.length > MAX_PARAGRAPH_CHARS) {
      if (lines.length > 0) yield lines.join('\n');
      lines = [];
      size = 0;
    }
    if (line.length > MAX_PARAGRAPH_CHARS) yield* pieces(line);
    else if (line !== '') {
      lines.push(line);
      size += line.length + 1;
    }
  }
  if (lines.length > 0) yield lines.join('\n');
}

function* pieces(line: string): Generator<string> {
  let at = 0;
  while (line.length - at > MAX_PARAGRAPH_CHARS) {
    let cut = line.lastIndexOf('. ', at + MAX_PARAGRAPH_CHARS) + 1;
    if (cut <= at) cut = line.lastIndexOf(' ', at + MAX_PARAGRAPH_CHARS);
    if (cut <= at) cut = at + MAX_PARAGRAPH_CHARS - (isHighSurrogate(line, at + MAX_PARAGRAPH_CHARS - 1) ? 1 : 0);
    const piece = line.slice(at, cut).trim();
    if (piece) yield piece;
    at = cut;
  }
  const rest = line.slice(at).trim();
  if (rest) yield rest;
}

function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}
