export interface StaticServerOptions {
  /** Folder whose files are served. */
  readonly root: string;
  /** Path the site lives under, with a slash at both ends. */
  readonly base?: string;
  readonly port?: number;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Folders below `base`, with a trailing slash, that are served from elsewhere on disk. */
  readonly overlays?: Readonly<Record<string, string>>;
  /** Told of each file that was found: its path below `base` with any query, and the bytes on the wire. */
  readonly onServed?: (path: string, sizeBytes: number) => void;
}

export interface StaticServer {
  readonly port: number;
  readonly url: string;
  replaceRoot(folder: string): void;
  close(): Promise<void>;
}

export function startStaticServer(options: StaticServerOptions): Promise<StaticServer>;
