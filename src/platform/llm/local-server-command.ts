import type { ProviderPreset } from './providers.ts';

export type OperatingSystem = 'macos' | 'windows' | 'linux';

export interface LocalServerAdvice {
  /** What to do, in words; says where the command goes. */
  readonly steps: string;
  /** To be pasted into a terminal; absent when nothing has to be run. */
  readonly command?: string;
}

/** The origin is quoted into a shell command, so that nothing but what a host name needs may be in it. */
const SHELL_SAFE_ORIGIN = /^https?:\/\/[a-z0-9.:[\]-]+$/u;

/**
 * How to let pages of `pageOrigin`, and only those, call a server on this computer. Never `*`: on shared hosts
 * the origin may already be wider than one site, and `*` would open the server to every page on the web.
 * `undefined` for presets that do not run locally. Throws a `TypeError` when `pageOrigin` is not an origin.
 */
export function localServerCommand(
  preset: ProviderPreset,
  pageOrigin: string,
  system: OperatingSystem,
): LocalServerAdvice | undefined {
  const origin = new URL(pageOrigin).origin;
  if (!SHELL_SAFE_ORIGIN.test(origin)) throw new TypeError('A page origin is needed, like https://example.org.');
  switch (preset.id) {
    case 'ollama':
      return ollamaAdvice(origin, system);
    case 'lm-studio':
      return {
        steps:
          'In LM Studio open Developer, Server settings, and switch on “Enable CORS”; or stop the server and run this command. LM Studio then answers pages of every site while its server runs: stop it when you are done.',
        command: 'lms server start --cors',
      };
    case 'llama-cpp':
      return {
        steps:
          'llama-server answers every web page as it is; nothing has to be allowed. Start it without --api-key if the key is refused by the browser.',
        command: 'llama-server -m your-model.gguf --port 8080',
      };
    default:
      return undefined;
  }
}

function ollamaAdvice(origin: string, system: OperatingSystem): LocalServerAdvice {
  switch (system) {
    case 'macos':
      return {
        steps: 'Run this in Terminal, then quit Ollama from the menu bar and open it again.',
        command: `launchctl setenv OLLAMA_ORIGINS "${origin}"`,
      };
    case 'windows':
      return {
        steps: 'Run this in a Command Prompt, then quit Ollama from the task bar and start it again.',
        command: `setx OLLAMA_ORIGINS "${origin}"`,
      };
    case 'linux':
      return {
        steps:
          'Stop Ollama and start it with this command. If it runs as a service: sudo systemctl edit ollama, add Environment="OLLAMA_ORIGINS=' +
          `${origin}" under [Service], and restart it.`,
        command: `OLLAMA_ORIGINS="${origin}" ollama serve`,
      };
  }
}

/** The operating system by what the browser says of itself (`navigator.userAgent`); anything unknown is `linux`. */
export function operatingSystemOf(userAgent: string): OperatingSystem {
  if (/Windows/iu.test(userAgent)) return 'windows';
  return /Mac OS|Macintosh/iu.test(userAgent) ? 'macos' : 'linux';
}
