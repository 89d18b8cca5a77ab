// A small static file server with Node's own modules only: for `npm start`, the end-to-end tests and the screenshots.
// It behaves like a plain static host: no header that Commonplace depends on is sent unless asked for.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const MEDIA_TYPES = {
  '.bin': 'application/octet-stream',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.onnx': 'application/octet-stream',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.zip': 'application/zip',
};
const COMPRESSIBLE = new Set(['.css', '.html', '.js', '.json', '.md', '.mjs', '.svg', '.txt', '.wasm', '.webmanifest']);
const COMPRESSED_BELOW_BYTES = 32 * 1024 * 1024;
const compressors = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 6 }),
};

/**
 * Serves `root` under `base`. `port` 0 takes any free one. `overlays` maps folders below `base` to other folders on
 * disk, such as `{ 'models/': '/path' }`. `headers` are added to every response. `onServed` is told of each file
 * that was found: its path below `base` and its bytes on the wire.
 */
export async function startStaticServer(options) {
  const { root, base = '/', port = 0, host = '127.0.0.1', headers = {}, overlays = {}, onServed } = options;
  const compressed = new Map();
  let servedRoot = root;

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      process.stderr.write(`${request.method} ${request.url}: ${error.stack}\n`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });

  async function answer(request, response) {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'Method not allowed');
    const { pathname } = new URL(request.url, 'http://localhost');
    if (base !== '/' && pathname === base.slice(0, -1)) {
      response.writeHead(301, { Location: base }).end();
      return;
    }
    const path = fileFor(pathname);
    const info = path === undefined ? undefined : await stat(path).catch(absent);
    if (info?.isDirectory() && !pathname.endsWith('/')) {
      response.writeHead(301, { Location: `${pathname}/` }).end();
      return;
    }
    if (!info?.isFile()) return notFound(response);
    await send(request, response, path, info);
  }

  function fileFor(pathname) {
    let relative;
    try {
      relative = decodeURIComponent(pathname);
    } catch {
      return undefined; // Not a valid escape, hence no file's name.
    }
    if (!relative.startsWith(base) || relative.includes('\0')) return undefined;
    relative = relative.slice(base.length);
    const overlay = Object.keys(overlays).find((folder) => relative.startsWith(folder));
    const folder = overlay === undefined ? servedRoot : overlays[overlay];
    const rest = overlay === undefined ? relative : relative.slice(overlay.length);
    const path = normalize(join(folder, rest.endsWith('/') || rest === '' ? `${rest}index.html` : rest));
    return path.startsWith(normalize(folder) + sep) ? path : undefined;
  }

  async function send(request, response, path, info) {
    const extension = extname(path).toLowerCase();
    response.setHeader('Content-Type', MEDIA_TYPES[extension] ?? 'application/octet-stream');
    response.setHeader('Cache-Control', /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000' : 'no-cache');
    const encoding = encodingFor(request, extension, info.size);
    if (encoding === undefined) {
      onServed?.(request.url.slice(base.length), info.size);
      response.writeHead(200, { 'Content-Length': info.size });
      if (request.method === 'HEAD') response.end();
      else
        createReadStream(path)
          .on('error', () => response.destroy())
          .pipe(response);
      return;
    }
    const key = `${encoding} ${info.mtimeMs} ${path}`;
    if (!compressed.has(key)) compressed.set(key, readFile(path).then(compressors[encoding]));
    const bytes = await compressed.get(key);
    onServed?.(request.url.slice(base.length), bytes.length);
    response.writeHead(200, { 'Content-Encoding': encoding, 'Content-Length': bytes.length, Vary: 'Accept-Encoding' });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  async function notFound(response) {
    const page = await readFile(join(servedRoot, '404.html')).catch(absent);
    response.writeHead(404, { 'Content-Type': page ? MEDIA_TYPES['.html'] : MEDIA_TYPES['.txt'] });
    response.end(page ?? 'Not found');
  }

  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: address.port,
    /** Browsers treat localhost as secure, which service workers and encryption need. */
    url: `http://localhost:${address.port}${base}`,
    /** Serves another build from now on, as a host does after a release. */
    replaceRoot: (folder) => {
      servedRoot = folder;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function encodingFor(request, extension, size) {
  if (!COMPRESSIBLE.has(extension) || size >= COMPRESSED_BELOW_BYTES) return undefined;
  const accepted = String(request.headers['accept-encoding'] ?? '');
  return ['br', 'gzip'].find((encoding) => new RegExp(`\\b${encoding}\\b`).test(accepted));
}

function end(response, status, text) {
  response.writeHead(status, { 'Content-Type': MEDIA_TYPES['.txt'] }).end(text);
}

function absent(error) {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
