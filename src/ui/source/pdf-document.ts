import type { PDFDocumentProxy } from 'pdfjs-dist';

/** An opened PDF and the way to let go of it. */
export interface OpenPdf {
  readonly document: PDFDocumentProxy;
  /** Ends the work and frees the worker's memory. */
  close(): void;
}

/** Where the build puts pdf.js's own files (character maps, standard fonts, image decoders): beside the page. */
const PDFJS_FILES = 'pdfjs/';

let worker: Worker | undefined;

/** Opens a PDF for drawing. `bytes` are transferred to pdf.js's worker and unusable afterwards. */
export async function openPdf(bytes: ArrayBuffer): Promise<OpenPdf> {
  const { getDocument, GlobalWorkerOptions } = await import('pdfjs-dist');
  worker ??= new Worker(new URL('pdfjs-dist/build/pdf.worker.min.mjs', import.meta.url), {
    type: 'module',
    name: 'pdf',
  });
  GlobalWorkerOptions.workerPort = worker;
  const folder = (name: string): string => new URL(`${PDFJS_FILES}${name}/`, globalThis.document.baseURI).href;
  const task = getDocument({
    data: bytes,
    enableXfa: false,
    stopAtErrors: false,
    isOffscreenCanvasSupported: true,
    useSystemFonts: false,
    // pdf.js's worker has no network of its own: the page fetches for it.
    useWorkerFetch: false,
    cMapUrl: folder('cmaps'),
    cMapPacked: true,
    standardFontDataUrl: folder('standard_fonts'),
    wasmUrl: folder('wasm'),
    iccUrl: folder('iccs'),
  });
  try {
    const document = await task.promise;
    return {
      document,
      close: () => {
        void task.destroy();
      },
    };
  } catch (error) {
    await task.destroy();
    throw error;
  }
}
