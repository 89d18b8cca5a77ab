import { readNetworkPolicy } from '../../src/platform/pwa/network-policy.ts';
import { roleOfScript, securityHeaders, type ScriptRole } from './security-policy.ts';

/**
 * A document or script with this site's security headers in place of the host's, under the policy that the person has
 * set. Anything else cannot run and keeps its headers.
 *
 * The body is read to its end first. Handed on as a stream, the body of a load that was broken off would count as an
 * event in progress, and a new version could not take over before the browser gives up on it.
 */
export async function secured(request: Request, scope: string, response: Response): Promise<Response> {
  // Without readable content there is a redirect to follow or a failure: nothing that could run.
  if (response.type === 'opaqueredirect' || response.type === 'error') return response;
  const role = roleOf(request);
  const { status, statusText } = response;
  if (role === undefined) return new Response(await response.blob(), { status, statusText, headers: response.headers });
  const headers = new Headers(response.headers);
  // The body is decoded already; the host's words about its encoded form would be wrong.
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  const policy = await readNetworkPolicy(scope);
  for (const [name, value] of Object.entries(securityHeaders(role, policy))) headers.set(name, value);
  return new Response(await response.blob(), { status, statusText, headers });
}

function roleOf(request: Request): ScriptRole | undefined {
  if (request.mode === 'navigate') return 'page';
  const { pathname } = new URL(request.url);
  return /\.m?js$/.test(pathname) ? roleOfScript(pathname) : undefined;
}
