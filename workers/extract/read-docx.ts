import mammoth from 'mammoth';
import { strFromU8 } from 'fflate';
import { damaged, ExtractFailure, limitExceeded, NOTHING_TO_READ } from './extract-failure.ts';
import { inflateZip } from './inflate-zip.ts';
import type { ExtractLimits } from './limits.ts';
import { readHtml } from './read-html.ts';
import { singlePart, titleFromPath, type OpenSource, type SourceFile } from './reader.ts';

/** Word documents (DOCX). The archive is opened by us first, counting; only then does the Word library see it. */
export async function open(source: SourceFile): Promise<OpenSource> {
  return singlePart(async () => {
    const parts = inflateZip(source.bytes, source.limits, isXml);
    const body = [...parts.keys()].find((name) => /^word\/document\d*\.xml$/i.test(name));
    if (body === undefined && !parts.has('_rels/.rels')) throw damaged('It has no Word document inside.');
    for (const [name, bytes] of parts) checkXml(name, bytes, source.limits);
    const html = await toHtml(source.bytes);
    const { title, ...content } = readHtml(html, source.limits);
    const properties = coreProperties(parts.get('docProps/core.xml'));
    if (content.text === '') throw new ExtractFailure('empty', NOTHING_TO_READ);
    const { title: ownTitle, ...rest } = properties;
    return {
      format: 'docx',
      title: ownTitle ?? title ?? titleFromPath(source.path),
      ...content,
      properties: rest,
      tags: [],
    };
  });
}

async function toHtml(bytes: Uint8Array): Promise<string> {
  // An exact copy: the library takes whole buffers, and a view may be part of one. In Node it asks for its own kind.
  const arrayBuffer = new Uint8Array(bytes).buffer;
  const input =
    typeof process === 'object' && typeof Buffer === 'function'
      ? { buffer: Buffer.from(arrayBuffer) }
      : { arrayBuffer };
  try {
    const { value } = await mammoth.convertToHtml(input, {
      externalFileAccess: false,
      includeEmbeddedStyleMap: false,
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
    });
    return value;
  } catch (error) {
    throw damaged('The Word document inside it does not hold together.', error);
  }
}

function isXml(name: string): boolean {
  return /\.(xml|rels)$/i.test(name);
}

/** No document types or entities, and no deeper nesting or more elements than a document written by people has. */
function checkXml(name: string, bytes: Uint8Array, limits: ExtractLimits): void {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const text = utf16
    ? new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
    : strFromU8(bytes, true);
  if (/<!(DOCTYPE|ENTITY)/i.test(text))
    throw damaged(`Its part “${name}” contains definitions that no word processor writes, so it was not opened.`);
  let depth = 0;
  let nodes = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    if (++nodes > limits.markupNodes * 2)
      throw limitExceeded(`more than ${limits.markupNodes.toLocaleString('en')} elements`);
    const next = text.charCodeAt(at + 1);
    if (next === 0x2f) depth--;
    else if (next !== 0x3f && next !== 0x21) {
      const close = text.indexOf('>', at);
      if (close < 0) return;
      if (text.charCodeAt(close - 1) !== 0x2f) depth++;
      if (depth > limits.markupDepth)
        throw limitExceeded(`elements nested more than ${limits.markupDepth} levels deep`);
      at = close;
    }
  }
}

type CoreProperties = Readonly<Record<string, string>>;

const CORE: Readonly<Record<string, string>> = {
  'dc:title': 'title',
  'dc:creator': 'author',
  'dc:subject': 'subject',
  'cp:keywords': 'keywords',
  'dcterms:created': 'created',
};

function coreProperties(bytes: Uint8Array | undefined): CoreProperties {
  const properties: Record<string, string> = {};
  if (!bytes) return properties;
  const xml = new TextDecoder().decode(bytes.subarray(0, 64 * 1024));
  for (const [element, name] of Object.entries(CORE)) {
    const value = new RegExp(`<${element}(?:\\s[^>]{0,200})?>([^<]{1,1000})</${element}>`).exec(xml)?.[1]?.trim();
    if (value)
      properties[name] = value.replace(
        /&(amp|lt|gt|quot|apos);/g,
        (_, entity: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[entity] ?? '',
      );
  }
  return properties;
}
