import { createContext } from 'svelte';
import type { SiteConfig } from '../../platform/pwa/site-config.ts';
import type { Router } from '../router.svelte.ts';
import type { AppState } from './app.svelte.ts';
import type { Environment } from './environment.svelte.ts';
import type { SourcePanelState } from './source-panel.svelte.ts';
import type { ThemeState } from './theme.svelte.ts';

/** The app's services, handed down the component tree. `use…` throws outside of `App`. */
export const [useApp, provideApp] = createContext<AppState>();
export const [useRouter, provideRouter] = createContext<Router>();
export const [useSourcePanel, provideSourcePanel] = createContext<SourcePanelState>();
export const [useTheme, provideTheme] = createContext<ThemeState>();
export const [useSiteConfig, provideSiteConfig] = createContext<SiteConfig>();
export const [useEnvironment, provideEnvironment] = createContext<Environment>();
