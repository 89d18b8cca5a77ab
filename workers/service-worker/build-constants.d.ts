/** Set by the build (`define` in vite.config.ts). */
declare const __ORT_VERSION__: string;
