/**
 * The character maps of Chinese, Japanese and Korean PDFs, each a script chunk of its own with the data inside:
 * a script import is all the network this worker is allowed, so there is nothing to fetch.
 */
const CMAPS = import.meta.glob<string>('../../node_modules/pdfjs-dist/cmaps/*.bcmap', {
  query: '?url&inline',
  import: 'default',
});

/** The packed map called `name`, such as `UniGB-UCS2-H`. Throws where there is none. */
export async function loadCMap(name: string): Promise<Uint8Array> {
  const load = CMAPS[`../../node_modules/pdfjs-dist/cmaps/${name}.bcmap`];
  if (!load) throw new Error(`There is no character map called ${name}`);
  const dataUrl = await load();
  return Uint8Array.from(atob(dataUrl.slice(dataUrl.indexOf(',') + 1)), (character) => character.charCodeAt(0));
}
